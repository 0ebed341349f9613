//! The modes in which a program works: how a session acknowledges, how a producer sends. Tables; the numbers are the API's.

use crate::status::{Error, Result, Status};

/// How a session acknowledges (spec 20 §1.3); the numbers are those of `tibemsAcknowledgeMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcknowledgeMode {
    Transacted = 0,
    Auto = 1,
    Client = 2,
    DupsOk = 3,
    No = 22,
    Explicit = 23,
    ExplicitDupsOk = 24,
}

impl AcknowledgeMode {
    /// A non-transacted mode by its number (spec 20 §1.2).
    pub fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            1 => Self::Auto,
            2 => Self::Client,
            3 => Self::DupsOk,
            22 => Self::No,
            23 => Self::Explicit,
            24 => Self::ExplicitDupsOk,
            _ => return None,
        })
    }

    /// The program acknowledges.
    pub fn by_program(self) -> bool {
        matches!(self, Self::Client | Self::Explicit | Self::ExplicitDupsOk)
    }

    /// The session remembers what it handed out: the program acknowledges it, or the commit does.
    pub fn remembers(self) -> bool {
        self.by_program() || self == Self::Transacted
    }

    /// What a closed consumer has handed out is acknowledged all the same, together with the rest of the session.
    pub fn outlives_consumers(self) -> bool {
        matches!(self, Self::Client | Self::Transacted)
    }

    /// The library acknowledges what the program has taken.
    pub fn by_library(self) -> bool {
        matches!(self, Self::Auto | Self::DupsOk)
    }

    /// Acknowledgements are sent lazily.
    pub fn lazy(self) -> bool {
        matches!(self, Self::DupsOk | Self::ExplicitDupsOk)
    }
}

/// Delivery modes by number.
pub const NON_PERSISTENT: i32 = 1;
pub const PERSISTENT: i32 = 2;
pub const RELIABLE: i32 = 22;

/// When a NON_PERSISTENT send waits for the server's answer (spec 20 §3.4); the numbers are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpCheckMode {
    Default = 0,
    Always = 1,
    Never = 2,
    TempDest = 3,
    Auth = 4,
    TempAuth = 5,
}

impl NpCheckMode {
    /// The mode with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            0 => Self::Default,
            1 => Self::Always,
            2 => Self::Never,
            3 => Self::TempDest,
            4 => Self::Auth,
            5 => Self::TempAuth,
            _ => return None,
        })
    }

    /// True when a send waits, given what is known of destination and identity.
    pub fn waits(self, temporary: bool, authenticated: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::TempDest => temporary,
            Self::Default | Self::Auth => authenticated,
            Self::TempAuth => temporary || authenticated,
        }
    }
}

/// The defaults of a producer for its sends.
#[derive(Clone, Copy, Debug)]
pub struct ProducerSettings {
    pub delivery_mode: i32,
    pub priority: i32,
    pub time_to_live: i64,
    pub delivery_delay: i64,
    pub disable_message_id: bool,
    pub disable_timestamp: bool,
    pub np_check: NpCheckMode,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        ProducerSettings {
            delivery_mode: PERSISTENT,
            priority: 4,
            time_to_live: 0,
            delivery_delay: 0,
            disable_message_id: false,
            disable_timestamp: false,
            np_check: NpCheckMode::Default,
        }
    }
}

impl ProducerSettings {
    /// Refuses values outside their ranges (spec 20 §3.1, §3.6).
    pub fn check(&self) -> Result<()> {
        let text = if ![NON_PERSISTENT, PERSISTENT, RELIABLE].contains(&self.delivery_mode) {
            "the delivery mode is not 1, 2 or 22"
        } else if !(0..=9).contains(&self.priority) {
            "the priority is not from 0 to 9"
        } else if self.time_to_live < 0 {
            "the time to live is negative"
        } else if self.delivery_delay < 0 {
            "the delivery delay is negative"
        } else {
            return Ok(());
        };
        Err(Error::new(Status::TIBEMS_INVALID_ARG, text))
    }
}
