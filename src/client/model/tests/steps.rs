//! What can happen in a random history, and how often each of it comes in one.

use proptest::prelude::*;

/// What happens. The numbers of a step choose to what, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Session,
    Producer,
    Consumer,
    Browser,
    Send,
    /// Sends by one producer
    Burst,
    Receive,
    Look,
    Listen,
    Start,
    Stop,
    Acknowledge,
    Recover,
    CloseProducer,
    CloseConsumer,
    CloseBrowser,
    CloseSession,
    Close,
    Run,
    Late,
    Flush,
    Written,
    Writable,
    Read,
    Tick,
    Answer,
    Credit,
    Window,
    Settle,
    Confirm,
    Drain,
    Deliver,
    Detach,
    End,
    ServerClose,
    Garbage,
    Cut,
    /// Sends, some bytes of them, a loss
    Storm,
    Connect,
    Connected,
    /// Both at once
    Again,
    Transacted,
    /// A send or receive in a transaction
    Work,
    Commit,
    Rollback,
    CloseTransacted,
    /// The server answers a command, or refuses the next
    Command,
    Refuse,
    /// A temporary destination is made, deleted, or read or sent to
    Temporary,
    Delete,
    OnTemporary,
    /// A subscriber of a name, and the end of a subscription
    Subscribe,
    Unsubscribe,
    /// Another client uses a subscription, or does not any more
    Elsewhere,
}

/// One step.
pub type Step = (What, u8, u16);

/// How often each step comes.
pub type Weights = [(u32, What)];

pub const OF_EVERYTHING: &Weights = {
    use What::*;
    &[
        (1, Session),
        (2, Producer),
        (2, Consumer),
        (1, Browser),
        (16, Send),
        (10, Burst),
        (6, Receive),
        (6, Look),
        (2, Listen),
        (2, Start),
        (1, Stop),
        (6, Acknowledge),
        (1, Recover),
        (1, CloseProducer),
        (1, CloseConsumer),
        (1, CloseBrowser),
        (1, CloseSession),
        (1, Close),
        (20, Run),
        (1, Late),
        (6, Flush),
        (10, Written),
        (4, Writable),
        (14, Read),
        (2, Tick),
        (4, Answer),
        (4, Credit),
        (8, Window),
        (4, Settle),
        (3, Confirm),
        (1, Drain),
        (12, Deliver),
        (2, Detach),
        (1, End),
        (1, ServerClose),
        (1, Garbage),
        (2, Cut),
        (4, Storm),
        (3, Connect),
        (3, Connected),
        (8, Again),
        (1, Transacted),
        (16, Work),
        (5, Commit),
        (3, Rollback),
        (1, CloseTransacted),
        (8, Command),
        (1, Refuse),
    ]
};

/// Most of them in transactions.
pub const OF_TRANSACTIONS: &Weights = {
    use What::*;
    &[
        (1, Transacted),
        (40, Work),
        (12, Commit),
        (6, Rollback),
        (1, CloseTransacted),
        (4, Command),
        (1, Refuse),
        (6, Run),
        (1, Late),
        (3, Flush),
        (3, Written),
        (2, Writable),
        (5, Read),
        (1, Tick),
        (1, Answer),
        (2, Credit),
        (2, Window),
        (3, Settle),
        (1, Drain),
        (4, Deliver),
        (2, Detach),
        (1, End),
        (1, ServerClose),
        (1, Cut),
        (1, Stop),
        (2, Start),
        (1, Connect),
        (1, Connected),
        (6, Again),
    ]
};

/// With what such a history begins: temporary destinations, links on them, subscribers.
pub const NAMED: &[Step] = {
    use What::*;
    &[
        (Temporary, 0, 0x1000),
        (Temporary, 0, 0x1001),
        (OnTemporary, 0, 0x1000),
        (OnTemporary, 0, 0x1003),
        (Subscribe, 0, 0x1000),
        (Subscribe, 0, 0x1011),
    ]
};

/// Most of them about temporary destinations and subscriptions.
pub const OF_NAMES: &Weights = {
    use What::*;
    &[
        (5, Temporary),
        (3, Delete),
        (6, OnTemporary),
        (8, Subscribe),
        (6, Unsubscribe),
        (1, Elsewhere),
        (1, Session),
        (1, Producer),
        (10, Send),
        (3, Burst),
        (5, Receive),
        (2, Listen),
        (1, Start),
        (4, Acknowledge),
        (1, Recover),
        (3, CloseProducer),
        (12, CloseConsumer),
        (2, CloseSession),
        (1, Close),
        (14, Run),
        (1, Late),
        (4, Flush),
        (6, Written),
        (3, Writable),
        (12, Read),
        (2, Tick),
        (6, Answer),
        (2, Credit),
        (3, Settle),
        (2, Confirm),
        (2, Drain),
        (8, Deliver),
        (4, Detach),
        (1, End),
        (1, ServerClose),
        (2, Cut),
        (3, Storm),
        (2, Connect),
        (2, Connected),
        (8, Again),
    ]
};

pub fn step(weights: &Weights) -> impl Strategy<Value = Step> + use<> {
    let what: Vec<What> = weights
        .iter()
        .flat_map(|(weight, what)| (0..*weight).map(move |_| *what))
        .collect();
    (prop::sample::select(what), any::<u8>(), any::<u16>())
}
