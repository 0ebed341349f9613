//! The verbs that behave like a plain broker until something happens. What is served: begin, attach,
//! credit, accepted deliveries, drain, confirmed acknowledges, detach, end, close.

use super::check::{LinkId, SessionId};
use super::talk::{Arrival, Talk};
use super::verbs::Received;
use super::{Gate, LIMIT};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{
    AmqpError, Close, DeliveryState, Detach, Disposition, End, Performative, Role,
};

impl Talk {
    /// Answers one frame as a plain broker does.
    pub fn serve(&mut self, arrival: Arrival) {
        let over = arrival
            .session
            .is_some_and(|session| self.session(session).ending);
        if over && !matches!(arrival.performative, Performative::End(_)) {
            return; // it crossed our end
        }
        match &arrival.performative {
            Performative::Begin(_) => {
                if let Some(session) = arrival.session {
                    self.answer_begin(session);
                }
            }
            Performative::Attach(attach) => {
                if let Some(link) = arrival.link {
                    self.answer_attach(link);
                    if attach.role == Role::Sender && self.credit > 0 {
                        self.grant(link, self.credit);
                    }
                }
            }
            Performative::Transfer(_) => {
                if let Some(received) = &arrival.complete {
                    self.serve_delivery(received);
                    self.deliveries.add();
                }
            }
            Performative::Flow(_) => {
                if let Some(link) = arrival.link {
                    self.serve_drain(link);
                }
            }
            Performative::Disposition(disposition) => {
                if let (false, Some(session)) = (disposition.settled, arrival.session) {
                    self.confirm(session, disposition);
                }
            }
            Performative::Detach(detach) => {
                if let Some(link) = arrival.link {
                    self.serve_detach(link, detach);
                }
            }
            Performative::End(_) => {
                if let Some(session) = arrival.session {
                    if !self.book.sessions[session.0].answered {
                        self.answer_begin(session); // an end without a begin would be nobody's
                    }
                    let state = &mut self.book.sessions[session.0];
                    let (ended, channel) = (state.ending, state.channel);
                    state.ending = true;
                    if !ended {
                        self.send(channel, End::default());
                    }
                }
            }
            Performative::Close(_) if !self.book.close_sent => self.send_close(None),
            _ => {}
        }
    }

    fn serve_delivery(&mut self, received: &Received) {
        if self.accepts && !received.settled {
            self.accept_delivery(received);
        }
        let link = self.link(received.link);
        let left = link.credit_end.wrapping_sub(link.delivery_count);
        if self.credit > 0 && left <= self.credit / 2 && !link.detaching {
            self.grant(received.link, self.credit);
        }
    }

    /// Settles an acknowledge that waits for it.
    pub fn confirm(&mut self, session: SessionId, disposition: &Disposition) {
        if disposition.role == Role::Receiver {
            let channel = self.session(session).channel;
            self.send(
                channel,
                Disposition {
                    role: Role::Sender,
                    settled: true,
                    ..disposition.clone()
                },
            );
        }
    }

    fn serve_detach(&mut self, link: LinkId, detach: &Detach) {
        let state = &self.book.links[link.0];
        let over = self.book.sessions[state.session.0].ending;
        if !state.detaching && !over {
            self.send_detach(link, detach.closed, None);
        }
    }

    /// Serves until a frame that the predicate likes; that one is not served.
    #[track_caller]
    pub fn await_that(&mut self, what: &str, mut like: impl FnMut(&Arrival) -> bool) -> Arrival {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.next_within(left) {
                Some(arrival) if like(&arrival) => return arrival,
                Some(arrival) => self.serve(arrival),
                None => self.fail(format_args!("{what} does not come")),
            }
        }
    }

    /// Serves until `begin`.
    #[track_caller]
    pub fn await_begin(&mut self) -> SessionId {
        self.await_that("begin", |a| {
            matches!(a.performative, Performative::Begin(_))
        })
        .session
        .expect("begin has a session")
    }

    /// Serves until `attach` with a role.
    #[track_caller]
    pub fn await_attach(&mut self, role: Role) -> LinkId {
        self.await_that(
            "attach",
            |a| matches!(&a.performative, Performative::Attach(attach) if attach.role == role),
        )
        .link
        .expect("attach has a link")
    }

    /// Serves until the library's producer is attached and answers it; no credit yet.
    #[track_caller]
    pub fn await_producer(&mut self) -> LinkId {
        let link = self.await_attach(Role::Sender);
        self.answer_attach(link);
        link
    }

    /// Serves until the library's consumer is attached and answers it.
    #[track_caller]
    pub fn await_consumer(&mut self) -> LinkId {
        let link = self.await_attach(Role::Receiver);
        self.answer_attach(link);
        link
    }

    /// Serves until a whole delivery is there; the script answers it.
    #[track_caller]
    pub fn await_transfer(&mut self) -> Received {
        self.await_that("a delivery", |a| a.complete.is_some())
            .complete
            .expect("a whole delivery")
    }

    /// Serves until the library has granted at least so much credit.
    #[track_caller]
    pub fn await_credit(&mut self, link: LinkId, credit: u32) {
        if self.link(link).credit < credit {
            let mut found = false;
            while !found {
                let arrival = self.await_that("credit", |a| {
                    matches!(a.performative, Performative::Flow(_)) && a.link == Some(link)
                });
                found = self.link(link).credit >= credit && !self.link(link).drain;
                self.serve(arrival);
            }
        }
    }

    /// Serves until a disposition of a receiver.
    #[track_caller]
    pub fn await_disposition(&mut self) -> Disposition {
        let arrival = self.await_that("disposition", |a| {
            matches!(&a.performative, Performative::Disposition(_))
        });
        match arrival.performative {
            Performative::Disposition(disposition) => *disposition,
            _ => unreachable!("chosen above"),
        }
    }

    /// Serves until the acknowledges of `ids` came, and returns the dispositions. Each id must be named
    /// once, with this state.
    #[track_caller]
    pub fn await_settled(&mut self, ids: &[u32], state: &DeliveryState) -> Vec<Disposition> {
        let mut open: Vec<u32> = ids.to_vec();
        let mut all = Vec::new();
        while !open.is_empty() {
            let arrival = self.await_that("disposition", |a| {
                matches!(&a.performative, Performative::Disposition(_))
            });
            let Performative::Disposition(disposition) = arrival.performative.clone() else {
                unreachable!("chosen above")
            };
            self.serve(arrival); // confirms it when that is wanted
            let last = disposition.last.unwrap_or(disposition.first);
            if disposition.state.as_ref() != Some(state) {
                self.fail(format_args!(
                    "disposition {disposition:?}, expected {state:?}"
                ));
            }
            for id in disposition.first..=last {
                match open.iter().position(|wanted| *wanted == id) {
                    Some(at) => drop(open.remove(at)),
                    None => self.fail(format_args!("delivery {id} is settled unexpectedly")),
                }
            }
            all.push(*disposition);
        }
        all
    }

    /// Serves until `detach` of a link; the script answers it.
    #[track_caller]
    pub fn await_detach(&mut self, link: LinkId) -> Detach {
        let arrival = self.await_that("detach", |a| {
            matches!(a.performative, Performative::Detach(_)) && a.link == Some(link)
        });
        match arrival.performative {
            Performative::Detach(detach) => *detach,
            _ => unreachable!("chosen above"),
        }
    }

    /// Serves until `end` and returns its error; the script answers it.
    #[track_caller]
    pub fn await_end(&mut self) -> (SessionId, Option<AmqpError>) {
        let arrival = self.await_that("end", |a| matches!(a.performative, Performative::End(_)));
        match arrival.performative {
            Performative::End(end) => (arrival.session.expect("end has a session"), end.error),
            _ => unreachable!("chosen above"),
        }
    }

    /// Serves until `close` with this condition, answers it and waits for the end of the stream.
    #[track_caller]
    pub fn await_close(&mut self, condition: Option<&str>) {
        let arrival = self.await_that("close", |a| {
            matches!(a.performative, Performative::Close(_))
        });
        if let Performative::Close(Close { error }) = &arrival.performative {
            let got = error.as_ref().map(|e| e.condition.as_str());
            if got != condition {
                self.fail(format_args!("close with {got:?}, expected {condition:?}"));
            }
        }
        self.serve(arrival);
        self.expect_end_of_stream();
    }

    /// Serves until the program closes its connection, the usual end of a script.
    #[track_caller]
    pub fn serve_to_close(&mut self) {
        self.await_close(None);
    }

    /// Serves until the test opens a gate.
    #[track_caller]
    pub fn serve_until_open(&mut self, gate: &Gate) {
        let deadline = Instant::now() + LIMIT;
        while !gate.is_open() {
            if Instant::now() >= deadline {
                self.fail("the gate was never opened");
            }
            if let Some(arrival) = self.next_within(Duration::from_millis(5)) {
                self.serve(arrival);
            }
        }
    }
}
