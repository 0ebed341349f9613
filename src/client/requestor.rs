//! Requestors: a request and its reply in one call (spec 20 §6).
//!
//! A producer, and two temporary destinations with a consumer each that requests use in turn: what answers a request after
//! its first reply lies in the one that the next request does not use, and is thrown away before it is used again. All but
//! the creation of the value blocks; a Request is for one thread at a time.

use std::sync::Arc;

use crate::sync::Mutex;

use super::consumer::Consumer;
use super::producer::Producer;
use super::rules::modes::AcknowledgeMode;
use super::rules::verdict::unknown;
use super::session::Session;
use crate::message::{Destination, Message, MessageObject};
use crate::status::{Error, Result, Status};

/// Where replies come.
struct Way {
    reply: Destination,
    consumer: Consumer,
}

/// A requestor.
pub struct Requestor {
    session: Arc<Session>,
    producer: Producer,
    ways: [Way; 2],
    /// The way of the next request; held by the one that is under way
    next: Mutex<usize>,
}

impl Requestor {
    /// Makes a requestor of a session that is neither transacted nor acknowledged by the program.
    pub fn create(session: &Arc<Session>, destination: Destination) -> Result<Requestor> {
        session.ensure_open()?;
        if !matches!(
            session.mode(),
            AcknowledgeMode::Auto | AcknowledgeMode::DupsOk
        ) {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a requestor needs a session that is not transacted, in mode AUTO or DUPS_OK",
            ));
        }
        let kind = destination.kind();
        let producer = Producer::create(session, Some(destination))?;
        let forget =
            |reply: &Destination| session.forget_temporaries(&[reply], session.close_deadline());
        let way = || {
            let reply = session.create_temporary(kind)?;
            match Consumer::of_replies(session, reply.clone()) {
                Ok(consumer) => Ok(Way { reply, consumer }),
                Err(error) => {
                    forget(&reply);
                    Err(error)
                }
            }
        };
        let ways = way().and_then(|first| match way() {
            Ok(second) => Ok([first, second]),
            Err(error) => {
                let _ = first.consumer.close();
                forget(&first.reply);
                Err(error)
            }
        });
        match ways {
            Ok(ways) => Ok(Requestor {
                session: session.clone(),
                producer,
                ways,
                next: Mutex::new(0),
            }),
            Err(error) => {
                let _ = producer.close();
                Err(error)
            }
        }
    }

    /// Sends a request and waits for its first reply.
    pub fn request(&self, message: &MessageObject) -> Result<Message> {
        let Some(mut next) = self.next.try_lock() else {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "another thread is in a request of this requestor",
            ));
        };
        self.session.ensure_open()?;
        let Some(way) = self.ways.get(*next) else {
            return Err(Error::new(Status::TIBEMS_EXCEPTION, "no way for a reply"));
        };
        *next = (*next + 1) % self.ways.len();
        way.consumer.throw_away(); // late replies of the request before the last one
        message.lock().set_reply_to(Some(way.reply.clone()));
        let epoch = self
            .producer
            .send_on(message, None, self.producer.settings())?;
        match way.consumer.receive_from(epoch)? {
            Some(reply) => Ok(reply),
            None => Err(unknown(
                "the connection was lost behind the request, and its reply with it",
            )),
        }
    }

    /// Ends the requestor, its temporary destinations and the session, with one limit for all of it.
    pub fn close(&self) -> Result<()> {
        let deadline = self.session.close_deadline();
        self.session.close_by(deadline)?;
        let replies = self.ways.each_ref().map(|way| &way.reply);
        self.session.forget_temporaries(&replies, deadline);
        Ok(())
    }
}
