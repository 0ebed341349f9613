//! What a received message keeps of its delivery. The client implements it per acknowledge mode.

use crate::status::Result;

/// The delivery behind a received message. Both calls may block on the server (spec 30 §2.4, spec 20 §1.4).
pub trait Delivery: Send + Sync {
    /// `tibemsMsg_Acknowledge`.
    fn acknowledge(&self) -> Result<()>;

    /// `tibemsMsg_Recover`.
    fn recover(&self) -> Result<()>;
}
