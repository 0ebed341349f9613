//! The socket of a world: it takes what it likes, is lost at any byte, and its bytes are with the server at once. What
//! `output.rs` and `io.rs` do around it.

use std::time::Duration;

use super::world::World;
use crate::client::rules::outage::{Loss, Witness};
use crate::clock::Stamp;
use crate::status::{Error, Status};

impl World {
    /// Writes, unless another thread does or the socket is full: all that there is, is in hand.
    pub fn flush(&mut self) {
        if self.model.server().is_none() || self.writing || self.blocked {
            return;
        }
        if self.unsent.is_empty() {
            self.model.take_output(&mut self.unsent);
        }
        if !self.unsent.is_empty() {
            self.writing = true;
            self.model.handing(self.unsent.len());
        }
    }

    /// The write has ended: the system has taken this many bytes.
    pub fn written(&mut self, bytes: usize) {
        let Some(peer) = self.peer.as_mut().filter(|_| self.writing) else {
            return;
        };
        let bytes = bytes.min(self.unsent.len());
        let taken: Vec<u8> = self.unsent.drain(..bytes).collect();
        (self.writing, self.blocked) = (false, !self.unsent.is_empty());
        peer.read(&taken);
        self.written += bytes as u64;
        self.arrive();
        self.model.handed(bytes, self.now);
        self.carry_out();
    }

    /// Bytes with the system.
    pub fn written_bytes(&self) -> u64 {
        self.written
    }

    /// The socket takes bytes again.
    pub fn writable(&mut self) {
        self.blocked = false;
        self.flush();
    }

    /// Everything goes out, whoever writes.
    pub fn write_all(&mut self) {
        self.writable();
        self.written(usize::MAX);
    }

    /// The client reads this many bytes of what the server has said.
    pub fn read(&mut self, bytes: usize) {
        let Some(peer) = self.peer.as_mut() else {
            return;
        };
        let bytes = bytes.min(peer.out.len());
        if bytes == 0 {
            return;
        }
        self.input.extend(peer.out.drain(..bytes));
        let peer = self.peer.take().unwrap();
        self.doom(&peer);
        self.peer = Some(peer);
        self.model.input(&mut self.input, self.now);
        self.carry_out();
    }

    /// The time passes and the I/O thread looks up.
    pub fn tick(&mut self, span: Duration) {
        self.now += span;
        self.model.take_events(self.now);
        self.model.tick(self.now);
        self.model.take_events(self.now);
        self.carry_out();
        if self.model.is_output_due() {
            self.flush();
        }
        self.carry_out();
    }

    /// The connection is lost for this reason; the system takes `bytes` of the last words.
    pub fn lose(&mut self, cause: Error, bytes: usize) {
        let Some((epoch, _)) = self.model.server() else {
            return;
        };
        let words = match self.blocked {
            true => Vec::new(),
            false => self.model.last_words(),
        };
        let before = self.unsent.len();
        let mut reached = 0;
        if self.writing {
            self.model.handing_also(words.len());
            self.unsent.extend(words);
            reached = self.unsent.len();
        } else if before == 0 {
            reached = bytes.min(words.len());
            self.unsent = words;
            self.model.handed(reached, self.now);
        }
        // whether all of that arrives or not: it may
        if let Some(peer) = self.peer.as_mut() {
            peer.read(&self.unsent[..reached]);
        }
        self.arrive();
        if let Some(mut peer) = self.peer.take() {
            peer.store.leave(|_| true);
            self.store = peer.store;
        }
        self.model
            .lost(epoch, Loss::new(Witness::Reader, cause), Stamp::ORIGIN);
        (self.unsent, self.writing, self.blocked) = (Vec::new(), false, false);
    }

    /// The socket ends.
    pub fn cut(&mut self) {
        let error = Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, "cut");
        self.lose(error, 0);
        self.carry_out();
    }
}
