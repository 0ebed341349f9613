//! The beginning of a connection: protocol headers, SASL, open (spec 40 §1.1, §1.4, §1.9).

use crate::broker::Broker;
use crate::connection::{Connection, Now, State};
use crate::sasl::{self, Progress};
use std::rc::Rc;
use std::time::Duration;
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::frame::{self, HEADER_AMQP, HEADER_SASL};
use tibemsufo::amqp::performative::{AmqpError, Open, Performative};

/// Highest channel.
pub const CHANNEL_MAX: u16 = 1023;
/// Largest frame that is sent, whatever the client takes.
const MAX_SENT_FRAME: u32 = 1 << 20;
/// Heartbeats are not sent more often.
const FASTEST_HEARTBEAT: Duration = Duration::from_millis(20);

impl Connection {
    pub(crate) fn on_header(&mut self, header: [u8; 8], now: Now) {
        let login = self.options.login.as_ref();
        let logged_in = self.state == State::LoggedIn;
        match header {
            HEADER_SASL if !logged_in => {
                self.out.raw(&HEADER_SASL);
                sasl::offer(login, &mut self.out);
                self.state = State::Sasl;
            }
            HEADER_AMQP if logged_in || login.is_none() => {
                self.out.raw(&HEADER_AMQP);
                self.state = State::Opening;
            }
            _ => {
                self.out
                    .remark(format_args!("bad protocol header {header:?}"));
                let wanted = if login.is_some() {
                    HEADER_SASL
                } else {
                    HEADER_AMQP
                };
                self.out.raw(&wanted);
                self.over(now);
            }
        }
    }

    pub(crate) fn on_sasl(&mut self, frame: &Performative, now: Now) {
        let login = self.options.login.as_ref();
        match sasl::handle(frame, login, &mut self.out) {
            Progress::Waiting => {}
            Progress::Passed => self.state = State::LoggedIn,
            Progress::Refused => self.over(now),
        }
    }

    pub(crate) fn on_open(&mut self, open: &Open, broker: &mut Broker, now: Now) {
        let idle = self.options.idle.as_millis() as u32;
        let wants = |name: &str| open.desired_capabilities.iter().any(|one| one == name);
        let sole = wants("sole-connection-for-container");
        let mut answer = Open {
            container_id: "devbroker".into(),
            max_frame_size: Some(self.options.max_frame),
            channel_max: Some(CHANNEL_MAX),
            idle_time_out: (idle > 0).then_some((idle / 2).max(1)),
            offered_capabilities: [
                "ANONYMOUS-RELAY",
                "DELAYED_DELIVERY",
                "SHARED-SUBS",
                "sole-connection-for-container",
            ]
            .into_iter()
            .filter(|name| broker.rules.relay || *name != "ANONYMOUS-RELAY")
            .map(str::to_owned)
            .collect(),
            properties: vec![
                ("product".into(), Value::string("devbroker")),
                ("version".into(), Value::string(env!("CARGO_PKG_VERSION"))),
            ],
            ..Open::default()
        };
        let refusal = self.admit(open, sole, broker);
        if refusal.is_some() {
            let marker = "amqp:connection-establishment-failed".into();
            answer.properties.push((marker, Value::Bool(true)));
        }
        self.out.frame(0, answer);
        self.state = State::Open;
        self.deadline = None;
        if let Some(error) = refusal {
            self.close_with(error, broker, now);
            return;
        }
        let peer = open.max_frame_size.unwrap_or(u32::MAX);
        self.out.max_frame = peer.min(MAX_SENT_FRAME) as usize;
        if let Some(period @ 1..) = open.idle_time_out {
            let half = Duration::from_millis(u64::from(period / 2));
            self.heartbeat = Some(half.max(FASTEST_HEARTBEAT));
        }
    }

    /// Why the client may not connect; else it is registered.
    fn admit(&mut self, open: &Open, sole: bool, broker: &mut Broker) -> Option<AmqpError> {
        if open
            .max_frame_size
            .is_some_and(|size| size < frame::MIN_MAX_FRAME_SIZE)
        {
            let text = "max-frame-size below 512";
            return Some(AmqpError::new("amqp:connection:framing-error", text));
        }
        let container: Rc<str> = open.container_id.as_str().into();
        if !broker.register(&container, self.key, sole) {
            let mut error = AmqpError::new(
                "amqp:invalid-field",
                format!("container-id {container} is in use"),
            );
            let field = ("invalid-field".into(), Value::symbol("container-id"));
            error.info.push(field);
            return Some(error);
        }
        self.container = container;
        None
    }
}
