//! What a connection is made from: the checked URL list, identity, attempt settings, and the ids it makes up.
//!
//! A private copy: nothing that happens to the factory later reaches it (C7, C8). Blocks never.

use super::random;
use crate::client::rules::attempts::combine;
use crate::client::rules::reconnect::{Attempts, Series};
use crate::client::rules::url::{Group, Joint, Protocol, ServerUrl, UrlList};
use crate::settings::{self, AttemptSettings, Purpose};
use crate::status::{Error, Result, Status};

/// Limit of user names and client ids in bytes (spec 10 §0.3).
pub const NAME_MAX: usize = 255;
/// Limit of a password in bytes (spec 10 §0.3).
pub const PASSWORD_MAX: usize = 4096;

/// What a connection was made from; never changes.
pub struct Plan {
    pub groups: Vec<Group>,
    pub joint: Joint,
    /// The unshared-state factory that made it.
    pub unshared: Option<u64>,
    pub client_id: Option<String>,
    pub user: Option<String>,
    pub password: Option<String>,
    connect: AttemptSettings,
    reconnect: AttemptSettings,
    /// Group to start with (R10).
    first_group: usize,
}

impl Plan {
    /// Checks and keeps everything a connection needs.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        list: UrlList,
        unshared: Option<u64>,
        client_id: Option<String>,
        user: Option<String>,
        password: Option<String>,
        connect: AttemptSettings,
        reconnect: AttemptSettings,
        rotation: u64,
    ) -> Result<Plan> {
        let invalid = |text| Err(Error::new(Status::TIBEMS_INVALID_ARG, text));
        if list.joint == Joint::Unshared && unshared.is_none() {
            return invalid("a URL list with '+' needs an unshared-state factory");
        }
        if list
            .groups
            .iter()
            .flatten()
            .any(|url| url.protocol == Protocol::Ssl)
        {
            return Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                "TLS (ssl URLs) is not built into this release",
            ));
        }
        check_client_id(client_id.as_deref())?;
        check_length(
            user.as_deref(),
            NAME_MAX,
            "the user name is longer than 255 characters",
        )?;
        check_length(
            password.as_deref(),
            PASSWORD_MAX,
            "the password is longer than 4096 characters",
        )?;
        if [&user, &password]
            .iter()
            .any(|text| text.as_ref().is_some_and(|text| text.contains('\0')))
        {
            return invalid("user name or password holds a NUL");
        }
        let first_group = match list.joint {
            Joint::Balanced => (rotation % list.groups.len() as u64) as usize,
            _ => 0,
        };
        Ok(Plan {
            groups: list.groups,
            joint: list.joint,
            unshared,
            client_id: client_id.filter(|id| !id.is_empty()),
            user: user.filter(|user| !user.is_empty()),
            password,
            connect,
            reconnect,
            first_group,
        })
    }

    /// A plan without a factory: only process-wide settings count.
    pub fn direct(
        list: UrlList,
        client_id: Option<&str>,
        user: Option<&str>,
        password: Option<&str>,
    ) -> Result<Plan> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let unset = AttemptSettings::default();
        let rotation = random::number().into();
        Plan::new(
            list,
            None,
            own(client_id),
            own(user),
            own(password),
            unset,
            unset,
            rotation,
        )
    }

    /// The URL at a place of the list.
    pub fn url(&self, (group, server): (usize, usize)) -> &ServerUrl {
        &self.groups[group][server]
    }

    /// Attempt settings in force now (C14).
    pub fn attempts(&self, purpose: Purpose) -> Attempts {
        let factory = match purpose {
            Purpose::Connect => self.connect,
            Purpose::Reconnect => self.reconnect,
        };
        combine(
            purpose,
            settings::attempts(purpose),
            factory,
            self.unshared.is_some(),
        )
    }

    pub(super) fn container_id(&self) -> String {
        self.client_id
            .clone()
            .unwrap_or_else(generated_container_id)
    }

    /// A series for the first connect.
    pub(super) fn first_series(&self) -> Series {
        Series::new(
            &self.groups,
            (self.first_group, 0),
            self.attempts(Purpose::Connect),
            random::number(),
        )
    }
}

/// Refuses a client id over its limit (G6).
pub fn check_client_id(id: Option<&str>) -> Result<()> {
    match id {
        Some(id) if id.len() > NAME_MAX => Err(Error::new(
            Status::TIBEMS_INVALID_CLIENT_ID,
            "the client ID is longer than 255 characters",
        )),
        _ => Ok(()),
    }
}

/// Refuses a text over its limit (G6).
pub fn check_length(text: Option<&str>, limit: usize, message: &'static str) -> Result<()> {
    match text {
        Some(text) if text.len() > limit => Err(Error::new(Status::TIBEMS_INVALID_ARG, message)),
        _ => Ok(()),
    }
}

/// A container-id for a connection without client id (spec 40 §2.1).
pub(super) fn generated_container_id() -> String {
    let mut name = [0u8; 64];
    // SAFETY: writes at most 63 bytes into `name`, which stays terminated by its last zero byte.
    let found = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) } == 0;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    let host = if found {
        String::from_utf8_lossy(&name[..end])
    } else {
        "host".into()
    };
    format!("EMS-{host}-{}-{}", std::process::id(), random::text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::rules::reconnect::Step;

    /// Where a factory's connections with these numbers start.
    fn starts(url: &str, unshared: Option<u64>) -> Vec<usize> {
        let start = |rotation| {
            let unset = AttemptSettings::default();
            let list = UrlList::parse(url).unwrap();
            let plan = Plan::new(list, unshared, None, None, None, unset, unset, rotation);
            match plan.unwrap().first_series().step() {
                Step::Try { group, server: 0 } => group,
                other => panic!("{other:?}"),
            }
        };
        (5..10).map(start).collect()
    }

    #[test]
    fn only_a_balanced_list_starts_somewhere_else_each_time() {
        assert_eq!(starts("a|b|c", None), [2, 0, 1, 2, 0]);
        assert_eq!(starts("a,b", None), [0; 5]);
        assert_eq!(starts("a+b+c", Some(1)), [0; 5]);
    }
}
