//! Connection factories: stored settings, one permitted URL, private copies for each connection.
//!
//! Safe for concurrent use; contacts nobody until `create_connection` (spec 10 §1.1). Called by ffi.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sync::Mutex;
use zeroize::Zeroizing;

use super::connection::Connection;
use super::rules::url::{Joint, UrlList};
use super::runtime::plan::{NAME_MAX, PASSWORD_MAX, Plan, check_client_id, check_length};
use super::runtime::random;
use super::tls::TlsParams;
use crate::settings::{Attempt, AttemptSettings, Purpose};
use crate::status::{Error, Result, Status};

/// A host name is shorter than this (spec 10 §0.3).
const HOST_LIMIT: usize = 128;

/// The load-balance measure; stored and otherwise ignored (R10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    #[default]
    None = 0,
    Connections = 1,
    ByteRate = 2,
}

/// Web proxy for TLS connections (C46). The texts are C strings because programs get their address.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    pub host: Option<CString>,
    /// 1 to 65535, 0 without a host.
    pub port: u16,
    pub user: Option<CString>,
    pub password: Option<CString>,
}

/// TLS parameters that a factory has been given.
#[derive(Clone)]
pub struct Tls {
    pub params: Arc<TlsParams>,
    /// What the program knows them by; they go by this name when the factory lets them go.
    pub handle: u64,
    /// Of the private key.
    pub password: Option<Zeroizing<Vec<u8>>>,
}

/// Everything that a factory stores.
#[derive(Clone, Default)]
pub struct FactorySettings {
    pub url: Option<UrlList>,
    pub client_id: Option<String>,
    pub metric: Metric,
    pub connect: AttemptSettings,
    pub reconnect: AttemptSettings,
    pub user: Option<String>,
    pub password: Option<String>,
    pub multicast_enabled: bool,
    pub multicast_daemon: Option<String>,
    pub proxy: Proxy,
    pub tls: Option<Tls>,
}

/// A factory.
pub struct Factory {
    id: u64,
    unshared: bool,
    settings: Mutex<FactorySettings>,
    /// Where a load-balanced list starts next (R10).
    rotation: AtomicU64,
}

impl Factory {
    fn with(unshared: bool, settings: FactorySettings) -> Factory {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Factory {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            unshared,
            settings: Mutex::new(settings),
            rotation: AtomicU64::new(random::number().into()),
        }
    }

    /// An empty factory; `unshared` for the unshared-state kind.
    pub fn new(unshared: bool) -> Factory {
        let settings = FactorySettings {
            multicast_enabled: true,
            ..FactorySettings::default()
        };
        Factory::with(unshared, settings)
    }

    /// An unshared-state factory with a copy of this one's settings (U2).
    pub fn to_unshared(&self) -> Factory {
        Factory::with(true, self.settings.lock().clone())
    }

    /// Identifies the factory that created a connection (U8).
    pub fn id(&self) -> u64 {
        self.id
    }

    /// True for unshared-state factories.
    pub fn is_unshared(&self) -> bool {
        self.unshared
    }

    /// Stores the URL; permitted once (C1, C2). `None` stores the default server.
    pub fn set_server_url(&self, url: Option<&str>) -> Result<()> {
        let mut settings = self.settings.lock();
        if settings.url.is_some() {
            return Err(Error::new(
                Status::TIBEMS_EXCEPTION,
                "the server URL of a factory can be set only once",
            ));
        }
        let list = match url {
            Some(text) => UrlList::parse(text)?,
            None => UrlList::default_server(),
        };
        if self.unshared && list.joint == Joint::Balanced {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "an unshared-state factory takes no load-balanced URL list",
            ));
        }
        settings.url = Some(list);
        Ok(())
    }

    /// Stores the client id; none or empty = none (C27).
    pub fn set_client_id(&self, id: Option<&str>) -> Result<()> {
        let id = id.filter(|id| !id.is_empty());
        check_client_id(id)?;
        self.settings.lock().client_id = id.map(str::to_owned);
        Ok(())
    }

    /// Stores the user name.
    pub fn set_user(&self, user: Option<&str>) -> Result<()> {
        check_length(
            user,
            NAME_MAX,
            "the user name is longer than 255 characters",
        )?;
        self.settings.lock().user = user.map(str::to_owned);
        Ok(())
    }

    /// Stores the password.
    pub fn set_password(&self, password: Option<&str>) -> Result<()> {
        check_length(
            password,
            PASSWORD_MAX,
            "the password is longer than 4096 characters",
        )?;
        self.settings.lock().password = password.map(str::to_owned);
        Ok(())
    }

    /// Stores an attempt setting (C12).
    pub fn set_attempt(&self, purpose: Purpose, kind: Attempt, value: i32) -> Result<()> {
        let value = Some(kind.checked(value)?);
        let mut settings = self.settings.lock();
        let values = match purpose {
            Purpose::Connect => &mut settings.connect,
            Purpose::Reconnect => &mut settings.reconnect,
        };
        match kind {
            Attempt::Count => values.count = value,
            Attempt::Delay => values.delay = value,
            Attempt::Timeout => values.timeout = value,
        }
        Ok(())
    }

    /// Stores the web proxy; none as host removes it (C46).
    pub fn set_proxy(&self, host: Option<&CStr>, port: i32) -> Result<()> {
        let Some(host) = host.filter(|host| !host.is_empty()) else {
            self.settings.lock().proxy = Proxy::default();
            return Ok(());
        };
        if host.count_bytes() >= HOST_LIMIT {
            return Err(Status::TIBEMS_INVALID_HOSTNAME.into());
        }
        let port = match u16::try_from(port) {
            Ok(port @ 1..) => port,
            _ => return Err(Status::TIBEMS_INVALID_PORT.into()),
        };
        let mut settings = self.settings.lock();
        settings.proxy.host = Some(host.to_owned());
        settings.proxy.port = port;
        Ok(())
    }

    /// Stores who the web proxy is asked as.
    pub fn set_proxy_user(&self, user: Option<&CStr>, password: Option<&CStr>) -> Result<()> {
        let too_long = |text: Option<&CStr>, limit| text.is_some_and(|t| t.count_bytes() > limit);
        if too_long(user, NAME_MAX) || too_long(password, PASSWORD_MAX) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "user or password of the web proxy are too long",
            ));
        }
        let mut settings = self.settings.lock();
        settings.proxy.user = user.map(CStr::to_owned);
        settings.proxy.password = password.map(CStr::to_owned);
        Ok(())
    }

    /// Takes TLS parameters over, or removes them. The handle of those that it owned until now, which is to be removed
    /// (C6).
    pub fn set_tls(&self, params: Option<(Arc<TlsParams>, u64)>) -> Result<Option<u64>> {
        let mut settings = self.settings.lock();
        if let Some((params, _)) = &params
            && !params.claim(self.id)
        {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "another factory owns these TLS parameters",
            ));
        }
        let handle = params.as_ref().map(|(_, handle)| *handle);
        let new = params.map(|(params, handle)| Tls {
            params,
            handle,
            password: None,
        });
        let mut before = std::mem::replace(&mut settings.tls, new);
        if let (Some(now), Some(before)) = (&mut settings.tls, &mut before)
            && now.handle == before.handle
        {
            now.password = before.password.take(); // given again
        }
        let owned = before.filter(|tls| tls.params.is_owned_by(self.id));
        Ok(owned
            .map(|tls| tls.handle)
            .filter(|before| handle != Some(*before)))
    }

    /// Sets the password of the private key in the TLS parameters, which must be there (C5).
    pub fn set_key_password(&self, password: Option<&[u8]>) -> Result<()> {
        if password.is_some_and(|password| password.len() > PASSWORD_MAX) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the password is longer than 4096 characters",
            ));
        }
        match &mut self.settings.lock().tls {
            Some(tls) => {
                tls.password = password.map(|password| Zeroizing::new(password.to_vec()));
                Ok(())
            }
            None => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the factory has no TLS parameters: tibemsConnectionFactory_SetSSLParams comes first",
            )),
        }
    }

    /// Changes settings that need no check here.
    pub fn modify(&self, change: impl FnOnce(&mut FactorySettings)) {
        change(&mut self.settings.lock());
    }

    /// Reads settings.
    pub fn read<R>(&self, look: impl FnOnce(&FactorySettings) -> R) -> R {
        look(&self.settings.lock())
    }

    /// Opens a connection with the settings as they stand now; blocks as spec 10 §1.2 says. User and
    /// password are chosen together (C29).
    pub fn create_connection(
        &self,
        user: Option<&str>,
        password: Option<&str>,
    ) -> Result<Arc<Connection>> {
        let settings = self.settings.lock().clone();
        let (user, password) = match user {
            Some(user) => (Some(user.to_owned()), password.map(str::to_owned)),
            None => (settings.user, settings.password),
        };
        let list = settings.url.unwrap_or_else(UrlList::default_server);
        Connection::open(Plan::new(
            list,
            self.unshared.then_some(self.id),
            settings.client_id,
            user,
            password,
            settings.connect,
            settings.reconnect,
            self.rotation.fetch_add(1, Ordering::Relaxed),
        )?)
    }
}

impl std::fmt::Display for Factory {
    /// The parameters, one a line, without passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings = self.settings.lock();
        let kind = if self.unshared {
            "UnsharedConnectionFactory"
        } else {
            "ConnectionFactory"
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".into());
        let number = |value: Option<i32>| value.map_or("default".into(), |value| value.to_string());
        let url = match &settings.url {
            Some(url) => url.to_string(),
            None => "null".into(),
        };
        write!(
            f,
            "{kind}={{ URL={{{url}}} ClientID={{{}}} UserName={{{}}} Metric={{{}}}",
            text(&settings.client_id),
            text(&settings.user),
            settings.metric as i32
        )?;
        for (name, values) in [
            ("Connect", settings.connect),
            ("Reconnect", settings.reconnect),
        ] {
            write!(
                f,
                " {name}AttemptCount={{{}}} {name}AttemptDelay={{{}}} {name}AttemptTimeout={{{}}}",
                number(values.count),
                number(values.delay),
                number(values.timeout)
            )?;
        }
        write!(f, " }}")
    }
}
