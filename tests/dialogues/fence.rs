//! A fence: confirmed sends that prove what came before them. Frames of a connection keep their order, so when the
//! script sees the fence, everything that the library had queued before it has arrived; and when its send returns,
//! the library has read everything that the script had written before accepting it.
//!
//! It is two sends: flows and acknowledges that are due are written behind the frames of the same output, thus
//! perhaps behind the first one.

use crate::peer::api::{self, Connection, Producer};
use crate::peer::{Arrival, LinkId, Received, Talk, message};

const NAME: &str = "fence";
const FIRST: &str = "first post";

/// The program's side: a session and a producer of its own.
#[derive(Clone, Copy)]
pub struct Fence(Producer);

impl Fence {
    /// Its link is the next producer that the script sees ([`expect_fence`]).
    #[track_caller]
    pub fn of(connection: Connection) -> Fence {
        let session = connection.session(api::AUTO).expect("a session");
        Fence(session.producer(NAME).expect("a producer"))
    }

    /// Goes through.
    #[track_caller]
    pub fn pass(self) {
        for text in [FIRST, NAME] {
            self.0.send_text(text).expect("the fence is passed");
        }
    }
}

/// The script's side: takes the link of the next [`Fence::of`].
#[track_caller]
pub fn expect_fence(p: &mut Talk) -> LinkId {
    let link = p.await_producer();
    p.grant(link, 10_000);
    link
}

/// Serves until the fence is there and returns it; everything that `forbidden` likes must not come before.
#[track_caller]
pub fn await_fence(
    p: &mut Talk,
    what: &str,
    mut forbidden: impl FnMut(&Talk, &Arrival) -> bool,
) -> Received {
    loop {
        let arrival = p.expect_frame();
        if forbidden(p, &arrival) {
            p.fail(format_args!("{what} before the fence"));
        }
        match &arrival.complete {
            Some(received) if message::text_of(&received.payload) == NAME => {
                return received.clone();
            }
            _ => p.serve(arrival),
        }
    }
}

/// The same, and lets the program go on.
#[track_caller]
pub fn pass_fence(p: &mut Talk, what: &str, forbidden: impl FnMut(&Talk, &Arrival) -> bool) {
    let fence = await_fence(p, what, forbidden);
    p.accept_delivery(&fence);
}
