//! Credit in a script: what a peer grants, takes back and uses up, and the flows in which the library asks for it.

use super::check::LinkId;
use super::talk::{Arrival, Talk};
use tibemsufo::amqp::performative::{Flow, Performative, Role};

/// The flow of this link, if the frame is one.
pub fn flow_of(arrival: &Arrival, link: LinkId) -> Option<&Flow> {
    match &arrival.performative {
        Performative::Flow(flow) if arrival.link == Some(link) => Some(flow),
        _ => None,
    }
}

impl Talk {
    /// Sends a link flow, changed as wanted.
    pub fn send_flow(&mut self, link: LinkId, change: impl FnOnce(&mut Flow)) {
        let channel = self.channel(link);
        let session = self.link(link).session;
        let mut flow = self.session_flow(session, self.window);
        let state = &mut self.book.links[link.0];
        flow.handle = Some(state.handle);
        flow.delivery_count = Some(state.delivery_count);
        flow.link_credit = Some(state.credit);
        change(&mut flow);
        if state.attach.role == Role::Sender {
            let count = flow
                .delivery_count
                .unwrap_or(state.attach.initial_delivery_count.unwrap_or(0));
            let end = count.wrapping_add(flow.link_credit.unwrap_or(0));
            if super::check::before(state.credit_end, end) {
                state.credit_end = end;
            }
        }
        self.send(channel, flow);
    }

    /// Advances our count by all the credit that is left, as an answer to a drain does.
    pub fn use_up_credit(&mut self, link: LinkId) {
        let state = &mut self.book.links[link.0];
        state.delivery_count = state.delivery_count.wrapping_add(state.credit);
        state.credit = 0;
        state.drain = false;
    }

    /// Gives the library so much credit on its sending link.
    pub fn grant(&mut self, link: LinkId, credit: u32) {
        self.send_flow(link, |flow| flow.link_credit = Some(credit));
    }

    /// Uses up the credit that the library asked to have used up.
    pub fn serve_drain(&mut self, link: LinkId) {
        let state = &self.book.links[link.0];
        if !state.drain || state.detaching || state.attach.role == Role::Sender {
            return;
        }
        self.use_up_credit(link);
        self.send_flow(link, |flow| flow.drain = true);
    }

    /// Serves until the library asks to have the credit of a link used up, which is not answered.
    #[track_caller]
    pub fn await_drain(&mut self, link: LinkId) -> Arrival {
        self.await_that("drain", |a| flow_of(a, link).is_some_and(|flow| flow.drain))
    }
}
