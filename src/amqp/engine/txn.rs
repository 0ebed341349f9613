//! The commands of a transaction coordinator (spec 40 §1.15): messages of one amqp-value section
//! on the coordinator link. Their outcomes arrive as `Event::Outcome`.

use super::Engine;
use super::types::{LinkId, Send, SendError};
use crate::amqp::codec::Encoder;
use crate::amqp::performative::{Declare, code};

impl Engine {
    /// Begins a transaction; the outcome is `Declared` with its id.
    pub fn declare(&mut self, link: LinkId, token: u64) -> Result<u32, SendError> {
        self.command(link, token, |enc| Declare.encode(enc))
    }

    /// Commits a transaction, or with `fail` rolls it back; the outcome is `Accepted` when the
    /// peer did. Acknowledges of the session that wait are written before.
    pub fn discharge(
        &mut self,
        link: LinkId,
        txn: &[u8],
        fail: bool,
        token: u64,
    ) -> Result<u32, SendError> {
        if let Some(index) = self.links.get(link.0).map(|link| link.session) {
            self.write_run(index);
        }
        self.command(link, token, |enc| {
            enc.descriptor(code::DISCHARGE);
            let list = enc.begin_list();
            enc.binary(txn);
            enc.bool(fail);
            enc.end_list(list, 2);
        })
    }

    fn command(
        &mut self,
        link: LinkId,
        token: u64,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Result<u32, SendError> {
        let mut payload = std::mem::take(&mut self.scratch);
        payload.clear();
        let mut enc = Encoder::new(&mut payload);
        enc.descriptor(code::AMQP_VALUE);
        write(&mut enc);
        let sent = self.send(
            link,
            Send {
                payload: &payload,
                settled: false,
                txn: None,
                token,
            },
        );
        self.scratch = payload;
        sent
    }
}
