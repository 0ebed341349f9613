//! P-C9: when credit is renewed, by how much, and that the byte limit of a connection holds it back (spec 40 §1.12).

use crate::fence::{Fence, await_fence, expect_fence, pass_fence};
use crate::peer::api;
use crate::peer::{Arrival, LinkId, Peer, Talk, dialogue_with, flow_of, message};
use crate::scene::{end, session};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Notes a flow of the library; it must raise what was granted by at least this many.
#[track_caller]
fn renewal(p: &Talk, arrival: &Arrival, link: LinkId, granted: &mut u32, least: u32) {
    if let Some(flow) = flow_of(arrival, link) {
        let end = flow.delivery_count.unwrap() + flow.link_credit.unwrap();
        if end < *granted + least {
            p.fail(format_args!("{granted} raised to {end} only"));
        }
        *granted = end;
    }
}

/// Delivers small messages as credit allows; each renewal of a prefetch P is of at least P − ⌊0.7 P⌋.
#[track_caller]
fn deliver_small(p: &mut Talk, link: LinkId, count: u32, prefetch: u32) {
    let mut granted = p.link(link).delivery_count + p.link(link).credit;
    for _ in 0..count {
        while p.link(link).credit == 0 {
            let arrival = p.expect_frame();
            renewal(
                p,
                &arrival,
                link,
                &mut granted,
                prefetch - prefetch * 7 / 10,
            );
            p.serve(arrival);
        }
        p.deliver(link, &message::text("small"));
    }
}

#[test]
fn p_c9_a_slow_reader_bounds_what_is_buffered() {
    const PREFETCH: u32 = 20;
    const LARGE: usize = 5 << 20;
    const BESIDE: u32 = 3;
    // what is left at the first read below three quarters of the limit
    const RELIEF: usize = (32 << 20) / 4 * 3 / LARGE;
    dialogue_with("prefetch_queue=20", || {
        let more = Arc::new(AtomicU32::new(0));
        let told = more.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let (slow, other) = (p.await_consumer(), p.await_consumer());
            p.await_credit(slow, PREFETCH);
            p.await_credit(other, PREFETCH);
            deliver_small(p, slow, 1000, PREFETCH);
            // all are read; credit is above half of the prefetch, and goes down to just that
            let fence = await_fence(p, "", |_, _| false);
            let rest = PREFETCH / 2 + 1;
            let credit = p.link(slow).credit;
            assert!((rest..=PREFETCH).contains(&credit), "{credit}");
            told.store(credit - rest, Ordering::SeqCst);
            p.accept_delivery(&fence);
            deliver_small(p, slow, credit - rest, PREFETCH);
            pass_fence(p, "credit too early", |_, a| flow_of(a, slow).is_some());
            for _ in 0..10 {
                p.deliver(slow, &message::data(&vec![b'x'; LARGE]));
            }
            // the library holds them. With one credit and ten buffered, the first read would renew.
            pass_fence(p, "credit too early", |_, a| flow_of(a, slow).is_some());
            for _ in 0..PREFETCH {
                p.deliver(other, &message::text("beside it"));
            }
            // it has nothing left while the other one holds all that may be held: one at a time (D20)
            for _ in 0..BESIDE {
                p.await_credit(other, 1);
                assert_eq!(p.link(other).credit, 1, "above the limit");
                p.deliver(other, &message::text("one at a time"));
            }
            for left in (RELIEF + 1..10).rev() {
                pass_fence(p, "credit above the limit", |_, a| {
                    flow_of(a, slow).is_some()
                });
                p.note(format_args!("{left} left"));
            }
            // at an empty buffer at the latest there is credit again, for both
            pass_fence(p, "", |_, _| false);
            for link in [slow, other] {
                assert!(p.link(link).credit > 1, "{:?} starves", link);
                p.deliver(link, &message::text("after it"));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let slow = session.consumer("slow").expect("a consumer");
        let other = session.consumer("other").expect("a consumer");
        let read = |count: u32| {
            for _ in 0..count {
                assert_eq!(slow.receive_text().expect("no starvation"), "small");
            }
        };
        read(1000);
        fence.pass();
        read(more.load(Ordering::SeqCst));
        fence.pass();
        fence.pass();
        for _ in 0..PREFETCH {
            assert_eq!(other.receive_text().expect("no starvation"), "beside it");
        }
        for _ in 0..BESIDE {
            assert_eq!(
                other.receive_text().expect("no starvation"),
                "one at a time"
            );
        }
        for at in 1..=10 {
            let message = slow.receive_within(20_000).expect("no starvation");
            assert_eq!(message.bytes().len(), LARGE);
            message.destroy();
            if 10 - at > RELIEF {
                fence.pass();
            }
        }
        fence.pass();
        for consumer in [slow, other] {
            assert_eq!(consumer.receive_text().expect("no starvation"), "after it");
        }
        end(connection, peer);
    });
}

#[test]
fn p_c9_credit_comes_in_large_steps() {
    dialogue_with("prefetch_queue=100", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 100);
            // 30 more with every flow: at most 30 flows behind the first
            deliver_small(p, link, 1000, 100);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for _ in 0..1000 {
            consumer.receive_text().expect("received");
        }
        end(connection, peer);
    });
}
