//! The book of transacted sessions: what the program has done and was told, against what the server keeps.

use super::store::Store;
use super::world::World;

/// A session, and what the program has done in its open transaction.
#[derive(Debug)]
pub struct Transacted {
    pub session: u32,
    pub producer: u32,
    pub consumer: u32,
    pub queue: String,
    pub closed: bool,
    pub sends: Vec<usize>,
    pub received: Vec<usize>,
}

/// What the program was told.
#[derive(Debug, Default)]
pub struct Book {
    pub sessions: Vec<Transacted>,
    pub sent: usize,
    /// Sends of transactions that are rolled back, and of transactions of which nobody knows
    pub never: Vec<usize>,
    pub doubts: Vec<(Vec<usize>, String, Vec<usize>)>,
    /// The last commit of a session was OK
    pub succeeded: Option<u32>,
}

impl Book {
    pub fn of(&mut self, session: u32) -> &mut Transacted {
        let mut all = self.sessions.iter_mut();
        all.find(|of| of.session == session).expect("it is known")
    }

    /// What was in the open transaction, and the next one begins.
    pub fn begin(&mut self, session: u32) -> (Vec<usize>, String, Vec<usize>) {
        let of = self.of(session);
        let (sends, received) = (&mut of.sends, &mut of.received);
        (
            std::mem::take(sends),
            of.queue.clone(),
            std::mem::take(received),
        )
    }

    /// Nothing is committed but what the program was told of; `busy` = a call of this session is under way.
    pub fn check(&self, store: &Store, busy: impl Fn(u32) -> bool) {
        let committed = |number: &usize| store.committed.get(number).copied().unwrap_or(0);
        let twice = store.committed.iter().find(|(_, count)| **count > 1);
        assert_eq!(twice, None, "a message is committed twice");
        for number in &self.never {
            assert_eq!(committed(number), 0, "message {number} was rolled back");
        }
        for of in self.sessions.iter().filter(|of| !busy(of.session)) {
            let open = of.sends.iter().map(committed).sum::<u32>();
            assert_eq!(open, 0, "a part of an open transaction is committed");
        }
        for (sends, queue, received) in &self.doubts {
            let count = sends.iter().map(committed).sum::<u32>() as usize;
            assert!(count == 0 || count == sends.len(), "a part is committed");
            let consumed = store.consumed.get(queue);
            let whole = |number| consumed.is_some_and(|all| all.contains(number));
            // the server may have taken a consumer away before it read what was acknowledged
            let torn = sends.iter().any(|number| store.torn.contains(number));
            assert!(count == 0 || torn || received.iter().all(whole));
        }
    }
}

impl World {
    /// A transacted session hands a message to the program: the first that it has not had.
    pub fn had(&mut self, session: u32, number: usize) {
        let doomed = self
            .model
            .coordinator(session)
            .is_some_and(|c| c.is_doomed());
        let store = self.peer.as_ref().map_or(&self.store, |peer| &peer.store);
        let of = self.book.of(session);
        let consumed = store.consumed.get(&of.queue);
        let is_had = |number: &usize| {
            consumed.is_some_and(|all| all.contains(number)) || of.received.contains(number)
        };
        let next = (1..).find(|number| !is_had(number));
        assert!(
            doomed || next == Some(number),
            "{number} comes where {next:?} is the next: {of:?}"
        );
        of.received.push(number);
    }
}
