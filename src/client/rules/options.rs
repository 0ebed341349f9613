//! Settings that the API does not have: the environment variable `TIBEMS_AMQP_OPTIONS` (D9).
//!
//! Blank-separated `name=value` pairs, each may be limited to one server by `host:port/`. Read once,
//! at first use. An option stands here when something needs it (D19); `docs/options.md` repeats the list.

use std::time::Duration;

use super::prefetch::PrefetchList;
use super::profile::Broker;
use super::url::ServerUrl;
use crate::amqp::engine::{MECHANISMS, SCRAM_MAX, SCRAM_MIN};
use crate::message::{MESSAGE_LIMIT, MESSAGE_MOST};
use crate::process::Lazy;

/// Options that a connection has before it has a server, or that outlive one: a value for one server is a fault, as it could
/// have no effect.
const OF_ALL_SERVERS: [&str; 9] = [
    "ack_confirm",
    "buffer_limit",
    "close_timeout",
    "drain_timeout",
    "prefetch_queue",
    "prefetch_topic",
    "relax_names",
    "send_timeout",
    "ufo_resend",
];

/// When Acknowledge waits for the server's confirmation (D2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckConfirm {
    Never,
    Client,
    All,
}

/// Every option, with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `ack_confirm`; none = client on shared-state connections, never on others.
    pub ack_confirm: Option<AckConfirm>,
    /// `broker`: instead of what is found out.
    pub broker: Option<Broker>,
    /// `buffer_limit`: bytes of buffered messages per connection, soft.
    pub buffer_limit: usize,
    /// `close_timeout`.
    pub close_timeout: Duration,
    /// `drain_timeout`.
    pub drain_timeout: Duration,
    /// `frame_size`.
    pub frame_size: u32,
    /// `idle`; none = off.
    pub idle: Option<Duration>,
    /// `message_limit`: bytes of one message (D35).
    pub message_limit: usize,
    /// `plain_ok`: SASL PLAIN without TLS.
    pub plain_ok: bool,
    /// `prefetch_queue`, by destination; none = adaptive.
    pub prefetch_queue: PrefetchList,
    /// `prefetch_topic`, by destination; none = adaptive.
    pub prefetch_topic: PrefetchList,
    /// `relax_names`: property names need not be identifiers (D23).
    pub relax_names: bool,
    /// `request_timeout`.
    pub request_timeout: Duration,
    /// `sasl`: off (some empty list) or the mechanisms allowed; none = all.
    pub sasl: Option<Vec<String>>,
    /// `scram_min`: fewest SCRAM iterations that a server may ask for.
    pub scram_min: u32,
    /// `send_timeout`; none = no limit.
    pub send_timeout: Option<Duration>,
    /// `try_timeout`: limit of a try without a connect timeout (D33); none = no limit of its own.
    pub try_timeout: Option<Duration>,
    /// `undelivered`: the queue that `$sys.undelivered` stands for; none = known by the broker (D36).
    pub undelivered: Option<String>,
    /// `ufo_resend` (D7).
    pub ufo_resend: bool,
    /// `vhost`; none = host name of the URL, empty = left out.
    pub vhost: Option<String>,
    /// Pairs that are no option or whose value is wrong, for the error text of the first connection.
    pub faults: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Options {
            ack_confirm: None,
            broker: None,
            buffer_limit: 32 << 20,
            close_timeout: minute,
            drain_timeout: minute,
            frame_size: 262_144,
            idle: Some(Duration::from_secs(20)),
            message_limit: MESSAGE_LIMIT,
            plain_ok: true,
            prefetch_queue: PrefetchList::default(),
            prefetch_topic: PrefetchList::default(),
            relax_names: true,
            request_timeout: minute,
            sasl: None,
            scram_min: SCRAM_MIN,
            send_timeout: None,
            try_timeout: Some(Duration::from_secs(10)),
            undelivered: None,
            ufo_resend: false,
            vhost: None,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// The pairs that nobody understands, as a text; empty without any (D9).
    pub fn misunderstood(&self) -> String {
        match self.faults.as_slice() {
            [] => String::new(),
            faults => format!(
                "not understood in TIBEMS_AMQP_OPTIONS: {}",
                faults.join(" ")
            ),
        }
    }
}

fn text() -> &'static str {
    static TEXT: Lazy<String> = Lazy::new();
    TEXT.get_or_init(|| std::env::var("TIBEMS_AMQP_OPTIONS").unwrap_or_default())
}

/// The options that are limited to no server. A look at them costs one load.
pub fn general() -> &'static Options {
    static GENERAL: Lazy<Options> = Lazy::new();
    GENERAL.get_or_init(|| parse(text(), None))
}

/// Whether property names need not be identifiers (D23).
pub fn relax_names() -> bool {
    general().relax_names
}

/// Most bytes of a message that is sent, stored or read back (D35).
pub fn message_limit() -> usize {
    general().message_limit
}

/// The options in force for a server.
pub fn for_server(url: &ServerUrl) -> Options {
    parse(text(), Some(url))
}

fn parse(text: &str, url: Option<&ServerUrl>) -> Options {
    let mut options = Options::default();
    for pair in text.split_ascii_whitespace() {
        let (scope, assignment) = match pair.split_once('/') {
            Some((scope, rest)) if scope.contains(':') && !scope.contains('=') => {
                (Some(scope), rest)
            }
            _ => (None, pair),
        };
        let applies = match (scope, url) {
            (None, _) => true,
            (Some(scope), Some(url)) => scope == format!("{}:{}", url.host, url.port),
            (Some(_), None) => false,
        };
        if scope.is_some()
            && let Some(name) = assignment.split('=').next()
            && OF_ALL_SERVERS.contains(&name)
        {
            let why = format!("{pair} ({name} is the same for all servers)");
            options.faults.push(why);
            continue;
        }
        // a wrong pair is a fault whatever server it is for: it is looked at apart where it does not apply
        let mut apart = Options::default();
        let target = if applies { &mut options } else { &mut apart };
        let taken = assignment
            .split_once('=')
            .and_then(|(name, value)| set(target, name, value));
        if taken.is_none() {
            options.faults.push(pair.to_owned());
        }
    }
    options
}

/// Applies one pair; none when the name is unknown or the value wrong.
fn set(options: &mut Options, name: &str, value: &str) -> Option<()> {
    match name {
        "ack_confirm" => {
            options.ack_confirm = Some(match value {
                "never" => AckConfirm::Never,
                "client" => AckConfirm::Client,
                "all" => AckConfirm::All,
                _ => return None,
            });
        }
        "broker" => options.broker = Some(Broker::named(value)?),
        "buffer_limit" => options.buffer_limit = value.parse().ok()?,
        "close_timeout" => options.close_timeout = ms(value)?,
        "drain_timeout" => options.drain_timeout = ms(value)?,
        "frame_size" => options.frame_size = value.parse().ok().filter(|size| *size >= 512)?,
        "idle" => options.idle = limit(value)?,
        "message_limit" => {
            options.message_limit = value.parse().ok().filter(|most| *most <= MESSAGE_MOST)?;
        }
        "plain_ok" => options.plain_ok = switch(value)?,
        "prefetch_queue" | "prefetch_topic" => match PrefetchList::parse(value) {
            Ok(list) if name == "prefetch_queue" => options.prefetch_queue = list,
            Ok(list) => options.prefetch_topic = list,
            Err(why) => options.faults.push(format!("{name}={value} ({why})")),
        },
        "relax_names" => options.relax_names = switch(value)?,
        "request_timeout" => options.request_timeout = ms(value)?,
        "sasl" => {
            let list: Vec<String> = match value {
                "off" => Vec::new(),
                list => list.split(',').map(str::to_owned).collect(),
            };
            let known = |name: &String| MECHANISMS.iter().any(|m| m.eq_ignore_ascii_case(name));
            let all_known = list.iter().all(known);
            // also a list with a wrong name keeps out what it does not name: a password must not go in clear for a slip
            options.sasl = Some(list);
            if !all_known {
                return None;
            }
        }
        "scram_min" => {
            let fits = |count: &u32| (1..=SCRAM_MAX).contains(count);
            options.scram_min = value.parse().ok().filter(fits)?;
        }
        "send_timeout" => options.send_timeout = limit(value)?,
        "try_timeout" => options.try_timeout = limit(value)?,
        "undelivered" => {
            options.undelivered = Some(value.to_owned()).filter(|name| !name.is_empty())
        }
        "ufo_resend" => options.ufo_resend = switch(value)?,
        "vhost" => options.vhost = Some(value.to_owned()),
        _ => return None,
    }
    Some(())
}

fn ms(value: &str) -> Option<Duration> {
    value
        .parse::<u32>()
        .ok()
        .map(|ms| Duration::from_millis(ms.into()))
}

/// A time of which 0 is none.
fn limit(value: &str) -> Option<Option<Duration>> {
    ms(value).map(|limit| Some(limit).filter(|limit| !limit.is_zero()))
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::url::UrlList;
    use super::*;

    #[test]
    fn pairs_are_applied_in_order_and_faults_are_kept() {
        let url = UrlList::parse("a:5672").unwrap().groups[0][0].clone();
        let text = "idle=0 a:5672/vhost=x b:5672/vhost=y b:5672/prefetch=3 nonsense=1 frame_size=12 \
                    sasl=PLAIN,EXTERNAL";
        let options = parse(text, Some(&url));
        assert_eq!(options.idle, None);
        assert_eq!(options.vhost.as_deref(), Some("x"));
        assert_eq!(options.frame_size, 262_144);
        assert_eq!(options.sasl.as_ref().unwrap(), &["PLAIN", "EXTERNAL"]);
        let faults = ["b:5672/prefetch=3", "nonsense=1", "frame_size=12"];
        assert_eq!(options.faults, faults);
        assert_eq!(parse(text, None).faults, faults);
        assert_eq!(
            options.misunderstood(),
            "not understood in TIBEMS_AMQP_OPTIONS: b:5672/prefetch=3 nonsense=1 frame_size=12"
        );
        assert_eq!(parse("idle=0", None).misunderstood(), "");
        assert_eq!(
            parse("a:5672/idle=5", None).idle,
            Some(Duration::from_secs(20))
        );
    }

    #[test]
    fn a_wrong_list_is_named_with_its_wrong_part() {
        let options = parse("prefetch_queue=a.>:1,b prefetch_topic=x.*:1,2", None);
        assert_eq!(
            options.prefetch_queue.of("a.b"),
            None,
            "nothing of it counts"
        );
        assert_eq!(options.prefetch_topic.of("x.y"), Some(1));
        let fault = "prefetch_queue=a.>:1,b (\"b\" has no number)";
        assert_eq!(options.faults, [fault]);
    }

    #[test]
    fn only_known_mechanisms_are_allowed() {
        let sasl = |text: &str| {
            let options = parse(text, None);
            (options.sasl.map(|list| list.len()), options.faults.len())
        };
        assert_eq!(sasl("sasl=off"), (Some(0), 0));
        assert_eq!(
            sasl(&format!("sasl={}", MECHANISMS.join(","))),
            (Some(8), 0)
        );
        assert_eq!(sasl("sasl=plain,SCRAM-SHA-256"), (Some(2), 0));
        // what a wrong list does not name stays forbidden
        for (wrong, names) in [("sasl=PLIAN", 1), ("sasl=PLAIN,GSSAPI", 2), ("sasl=", 1)] {
            assert_eq!(sasl(wrong), (Some(names), 1), "{wrong}");
        }
    }

    #[test]
    fn only_known_brokers_have_a_name() {
        let options = parse("broker=artemis", None);
        assert_eq!(options.broker, Some(Broker::Artemis));
        let options = parse("broker=artemiss", None);
        assert_eq!((options.broker, options.faults.len()), (None, 1));
    }

    #[test]
    fn limits_of_a_try_and_of_scram() {
        let options = parse("", None);
        assert_eq!(options.try_timeout, Some(Duration::from_secs(10)));
        assert_eq!(options.scram_min, 4096);
        let options = parse("try_timeout=2500 scram_min=1", None);
        assert_eq!(options.try_timeout, Some(Duration::from_millis(2500)));
        assert_eq!(options.scram_min, 1);
        assert_eq!(parse("try_timeout=0", None).try_timeout, None);
        let wrong = ["scram_min=0", "scram_min=1000001", "try_timeout=-1"];
        assert_eq!(parse(&wrong.join(" "), None).faults, wrong);
    }

    #[test]
    fn the_message_limit_is_what_c_can_tell_at_most() {
        let limit = |text: &str| {
            let options = parse(text, None);
            (options.message_limit, options.faults.len())
        };
        assert_eq!(limit(""), (512 << 20, 0));
        assert_eq!(limit("message_limit=2147483647"), (2_147_483_647, 0));
        assert_eq!(limit("message_limit=2147483648"), (512 << 20, 1));
        assert_eq!(limit("message_limit=1000"), (1000, 0));
    }

    #[test]
    fn an_option_for_a_server_is_for_its_host_and_port() {
        let url = |text: &str| UrlList::parse(text).unwrap().groups[0][0].clone();
        let vhost = |text: &str| parse("a:5672/vhost=x", Some(&url(text))).vhost;
        assert_eq!(vhost("a:5672").as_deref(), Some("x"));
        assert_eq!(vhost("a:5673"), None);
        assert_eq!(vhost("aa:5672"), None);
        assert_eq!(vhost("b:5672"), None);
    }

    #[test]
    fn an_option_of_all_servers_is_not_for_one() {
        let url = UrlList::parse("a:5672").unwrap().groups[0][0].clone();
        for url in [None, Some(&url)] {
            for name in OF_ALL_SERVERS {
                let options = parse(&format!("a:5672/{name}=0"), url);
                let fault = format!("a:5672/{name}=0 ({name} is the same for all servers)");
                assert_eq!(options.faults, [fault]);
                let rest = Options {
                    faults: Vec::new(),
                    ..options
                };
                assert_eq!(rest, Options::default());
                assert_eq!(
                    parse(&format!("{name}=0"), url).faults.len(),
                    usize::from(name == "ack_confirm")
                );
            }
        }
    }
}
