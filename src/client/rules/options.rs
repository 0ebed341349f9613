//! Settings that the API does not have: the environment variable `TIBEMS_AMQP_OPTIONS` (D9).
//!
//! Blank-separated `name=value` pairs, each may be limited to one server by `host:port/`. Read once,
//! at first use. An option stands here when something needs it (D19); `docs/options.md` repeats the list.

use std::sync::OnceLock;
use std::time::Duration;

use super::url::ServerUrl;

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
    /// `broker`: profile name instead of the one found out.
    pub broker: Option<String>,
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
    /// `message_limit`: bytes of one received message.
    pub message_limit: usize,
    /// `plain_ok`: SASL PLAIN without TLS.
    pub plain_ok: bool,
    /// `prefetch_queue`; none = adaptive.
    pub prefetch_queue: Option<u32>,
    /// `prefetch_topic`; none = adaptive.
    pub prefetch_topic: Option<u32>,
    /// `relax_names`: property names need not be identifiers (D23).
    pub relax_names: bool,
    /// `request_timeout`.
    pub request_timeout: Duration,
    /// `sasl`: off (some empty list) or the mechanisms allowed; none = all.
    pub sasl: Option<Vec<String>>,
    /// `send_timeout`; none = no limit.
    pub send_timeout: Option<Duration>,
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
            message_limit: 512 << 20,
            plain_ok: true,
            prefetch_queue: None,
            prefetch_topic: None,
            relax_names: true,
            request_timeout: minute,
            sasl: None,
            send_timeout: None,
            ufo_resend: false,
            vhost: None,
            faults: Vec::new(),
        }
    }
}

fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| std::env::var("TIBEMS_AMQP_OPTIONS").unwrap_or_default())
}

/// The options that are limited to no server. A look at them costs one load.
pub fn general() -> &'static Options {
    static GENERAL: OnceLock<Options> = OnceLock::new();
    GENERAL.get_or_init(|| parse(text(), None))
}

/// Whether property names need not be identifiers (D23).
pub fn relax_names() -> bool {
    general().relax_names
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
        if applies
            && assignment
                .split_once('=')
                .and_then(|(name, value)| set(&mut options, name, value))
                .is_none()
        {
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
        "broker" => options.broker = Some(value.to_owned()),
        "buffer_limit" => options.buffer_limit = value.parse().ok()?,
        "close_timeout" => options.close_timeout = ms(value)?,
        "drain_timeout" => options.drain_timeout = ms(value)?,
        "frame_size" => options.frame_size = value.parse().ok().filter(|size| *size >= 512)?,
        "idle" => options.idle = Some(ms(value)?).filter(|limit| !limit.is_zero()),
        "message_limit" => options.message_limit = value.parse().ok()?,
        "plain_ok" => options.plain_ok = switch(value)?,
        "prefetch_queue" => options.prefetch_queue = Some(value.parse().ok()?),
        "prefetch_topic" => options.prefetch_topic = Some(value.parse().ok()?),
        "relax_names" => options.relax_names = switch(value)?,
        "request_timeout" => options.request_timeout = ms(value)?,
        "sasl" => {
            options.sasl = Some(match value {
                "off" => Vec::new(),
                list => list.split(',').map(str::to_owned).collect(),
            });
        }
        "send_timeout" => options.send_timeout = Some(ms(value)?).filter(|limit| !limit.is_zero()),
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
        let text = "idle=0 a:5672/prefetch_queue=10 b:5672/prefetch_topic=3 nonsense=1 frame_size=12 sasl=PLAIN,EXTERNAL";
        let options = parse(text, Some(&url));
        assert_eq!(options.idle, None);
        assert_eq!(options.prefetch_queue, Some(10));
        assert_eq!(options.prefetch_topic, None);
        assert_eq!(options.frame_size, 262_144);
        assert_eq!(options.sasl.unwrap(), ["PLAIN", "EXTERNAL"]);
        assert_eq!(options.faults, ["nonsense=1", "frame_size=12"]);
        assert_eq!(
            parse("a:5672/idle=5", None).idle,
            Some(Duration::from_secs(20))
        );
    }

    #[test]
    fn an_option_for_a_server_is_for_its_host_and_port() {
        let url = |text: &str| UrlList::parse(text).unwrap().groups[0][0].clone();
        let queue = |text: &str| parse("a:5672/prefetch_queue=10", Some(&url(text))).prefetch_queue;
        assert_eq!(queue("a:5672"), Some(10));
        assert_eq!(queue("a:5673"), None);
        assert_eq!(queue("aa:5672"), None);
        assert_eq!(queue("b:5672"), None);
    }
}
