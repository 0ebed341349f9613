//! One try of one URL: name lookup, connect, SASL, `open`, and whatever the connection consists of.
//!
//! Runs in the thread that connects and blocks within the limits of the try; `close` ends it at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::candidate::{Candidate, not_connected};
use super::digests::OpenSsl;
use super::driver::Driver;
use super::rebuild::Built;
use super::trace_frames::FrameTrace;
use crate::amqp::engine::{Engine, EngineConfig, SaslConfig};
use crate::client::rules::answers;
use crate::client::rules::attempts::limits;
use crate::client::rules::condition::Again;
use crate::client::rules::options::{self, Options};
use crate::client::rules::tries::Failure;
use crate::client::rules::url::ServerUrl;
use crate::settings;
use crate::status::Status;
use crate::transport::{self, Buffers, Stream, Waker};

/// Engines made so far: none takes a session or link of another for its own (spec 40 §3.7).
static ENGINES: AtomicU32 = AtomicU32::new(0);

impl Driver {
    /// One try: lookup, connect, SASL, open, and whatever the connection consists of. `timeout` is the attempt
    /// timeout, if one is set.
    pub(super) fn attempt(
        &self,
        at: (usize, usize),
        timeout: Option<Duration>,
        other_url_left: bool,
        waker: &Arc<Waker>,
    ) -> std::result::Result<Built, Failure> {
        let url = self.plan().url(at);
        let options = options::for_server(url);
        let limits = limits(timeout, &options, other_url_left);
        let begun = Instant::now();
        let end = |limit: Option<Duration>| limit.map(|limit| begun + limit);
        let deadline = end(limits.connect);
        let addresses = transport::resolve(&url.host, url.port, deadline, &|| self.is_closing())
            .map_err(|error| Failure {
                lookup: error.kind() == std::io::ErrorKind::NotFound,
                ..Failure::retry(
                    Status::TIBEMS_INVALID_HOSTNAME,
                    format!("the host name does not resolve: {error}"),
                )
            })?;
        let mut failures: Vec<(SocketAddr, Failure)> = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            // the addresses share the limit, each gets at least a quarter of it (spec 40 §3.2)
            let until = limits.connect.zip(deadline).map(|(limit, deadline)| {
                let now = Instant::now();
                let left = deadline.saturating_duration_since(now);
                let share = left / u32::try_from(addresses.len() - index).unwrap_or(1);
                deadline.min(now + share.max(limit / 4))
            });
            let opened = self.connect(*address, url, options.clone(), until, waker);
            let opened = opened.and_then(|mut candidate| {
                candidate.open(self, limits.open.and(until))?;
                Ok(candidate)
            });
            match opened {
                Ok(candidate) => {
                    let rebuild = limits.rebuild.map(|limit| Instant::now() + limit);
                    let until = rebuild.or(end(limits.open));
                    return self.rebuild(candidate, at, until);
                }
                Err(failure) if failure.again == Again::Retry => failures.push((*address, failure)),
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::of_all(failures))
    }

    /// Connects to one address.
    fn connect(
        &self,
        address: SocketAddr,
        url: &ServerUrl,
        options: Options,
        until: Option<Instant>,
        waker: &Arc<Waker>,
    ) -> std::result::Result<Candidate, Failure> {
        let buffers = Buffers {
            receive: settings::buffer_bytes(settings::Buffer::Receive),
            send: settings::buffer_bytes(settings::Buffer::Send),
        };
        let begun = Instant::now();
        let stream = Stream::connect(address, buffers, until, waker, &|| self.is_closing())
            .and_then(|stream| stream.tune(options.idle).map(|()| stream))
            .map_err(|error| match error.raw_os_error() {
                Some(libc::EMFILE | libc::ENFILE) => {
                    not_connected(format!("TIBEMS_SOCKET_LIMIT: {error}"))
                }
                _ => not_connected(answers::unreachable(&error, begun.elapsed())),
            })?;
        let engine = Engine::new(self.engine_config(url, &options), Instant::now());
        let trace = FrameTrace::start(self.id(), url);
        Candidate::new(stream, engine, options, trace, waker.clone())
    }

    fn engine_config(&self, url: &ServerUrl, options: &Options) -> EngineConfig {
        let hold = self.lock();
        let hostname = match options.vhost.as_deref() {
            Some("") => None,
            Some(vhost) => Some(vhost.to_owned()),
            None => Some(url.host.clone()),
        };
        let mut desired: Vec<String> = ["DELAYED_DELIVERY", "ANONYMOUS-RELAY", "SHARED-SUBS"]
            .map(str::to_owned)
            .into();
        if hold.client_id().is_some() {
            desired.insert(0, "sole-connection-for-container".to_owned());
        }
        let sasl_off = options.sasl.as_ref().is_some_and(Vec::is_empty);
        EngineConfig {
            number: ENGINES.fetch_add(1, Ordering::Relaxed),
            container_id: hold.container_id().to_owned(),
            hostname: hostname.clone(),
            max_frame_size: options.frame_size,
            channel_max: 32_767,
            idle_timeout: options.idle,
            desired_capabilities: desired,
            properties: vec![
                ("product".into(), "libtibemsufo".into()),
                ("version".into(), env!("CARGO_PKG_VERSION").into()),
                ("platform".into(), format!("C/{}", std::env::consts::OS)),
            ],
            message_limit: options.message_limit,
            sasl: (!sasl_off).then(|| SaslConfig {
                user: self.plan().user.clone(),
                password: self
                    .plan()
                    .user
                    .as_ref()
                    .map(|_| self.plan().password.clone().unwrap_or_default()),
                plain_ok: options.plain_ok,
                scram_min: Some(options.scram_min),
                tls: false,
                allowed: options.sasl.clone(),
                hostname,
                scram_cache: self.scram_cache().clone(),
                digests: Some(&OpenSsl),
                ..SaslConfig::default()
            }),
            ..EngineConfig::default()
        }
    }
}
