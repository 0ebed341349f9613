//! P-S7 to P-S10: SCRAM through the library, with a server of the tests' own (`peer/scram.rs`).

use crate::peer::api::{AUTO, Call, Connection, Factory, Setup, Status};
use crate::peer::scram::{Account, Exchange, Hash};
use crate::peer::{Gate, Peer, Talk, dialogue, dialogue_with};
use crate::scene::{end, refused};
use std::time::Duration;

/// Connects with two tries of each URL and more than the limit of a test between them: whoever tries again is late.
fn connect_as(peer: &Peer, user: &str, password: &str) -> Call<Connection> {
    let factory = Factory::new(&Setup {
        url: peer.url(),
        connect: Some((2, 3_600_000, 0)),
        ..Setup::default()
    });
    let result = factory.connect_as(Some(user), Some(password));
    factory.destroy().expect("factory destroyed");
    result
}

/// How the server proves that it knows the password.
#[derive(Clone, Copy, Debug)]
enum Proof {
    InChallenge,
    WithOutcome,
}

/// The rest of a right exchange, and the AMQP connection behind it.
fn succeed(p: &mut Talk, exchange: &Exchange, proof: Proof) {
    let server_final = p.scram_proof(exchange);
    match proof {
        Proof::InChallenge => {
            p.send_challenge(server_final.as_bytes());
            assert_eq!(p.expect_sasl_response().as_ref(), b"", "nothing to add");
            p.send_outcome(0);
        }
        Proof::WithOutcome => p.send_outcome_with(0, Some(server_final.as_bytes())),
    }
    p.exchange_amqp_header();
    p.expect_open();
    p.send_open(|_| {});
}

/// The exchange works from end to end.
fn connects(account: Account, user: &str, password: &str, proof: Proof) {
    let peer = Peer::script(move |p| {
        p.accept();
        let exchange = p.scram_begin(&account);
        succeed(p, &exchange, proof);
        p.serve_to_close();
    });
    let connection = connect_as(&peer, user, password).expect("connects");
    end(connection, peer);
}

/// The library refuses what the server does: at once, without a further frame, and without a second try.
fn is_refused(
    account: Account,
    script: impl FnOnce(&mut Talk, Exchange) + Send + 'static,
) -> String {
    let over = Gate::new();
    let seen = over.clone();
    let peer = Peer::script(move |p| {
        p.accept();
        let exchange = p.scram_begin(&account);
        script(p, exchange);
        p.expect_end_of_stream();
        p.wait(&seen);
        assert!(!p.accept_within(Duration::ZERO), "a second try");
    });
    let failure = refused(
        connect_as(&peer, "user", "pencil"),
        Status::TIBEMS_SECURITY_EXCEPTION,
    );
    assert!(failure.text.contains("SASL"), "{failure:?}");
    assert!(!failure.text.contains("pencil"), "{failure:?}");
    over.open();
    peer.finish();
    failure.text
}

#[test]
fn p_s7_a_right_exchange_connects() {
    dialogue(|| {
        for hash in [Hash::Sha256, Hash::Sha512] {
            for proof in [Proof::InChallenge, Proof::WithOutcome] {
                connects(Account::usual(hash), "user", "pencil", proof);
            }
        }
    });
}

#[test]
fn p_s7_sha1_when_it_is_named() {
    dialogue_with("sasl=SCRAM-SHA-1", || {
        for proof in [Proof::InChallenge, Proof::WithOutcome] {
            connects(Account::usual(Hash::Sha1), "user", "pencil", proof);
        }
    });
}

#[test]
fn p_s7_sha1_is_not_used_unasked() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.offer_sasl(&["SCRAM-SHA-1", "ANONYMOUS"]);
            p.expect_end_of_stream();
        });
        refused(
            connect_as(&peer, "user", "pencil"),
            Status::TIBEMS_SECURITY_EXCEPTION,
        );
        peer.finish();
    });
}

#[test]
fn p_s7_the_strongest_of_what_is_offered() {
    dialogue(|| {
        for (offered, hash) in [
            (
                &["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"][..],
                Hash::Sha512,
            ),
            (&["ANONYMOUS", "PLAIN", "SCRAM-SHA-256"], Hash::Sha256),
        ] {
            let peer = Peer::script(move |p| {
                p.accept();
                p.offer_sasl(offered);
                let exchange = p.scram_begin_offered(&Account::usual(hash));
                succeed(p, &exchange, Proof::WithOutcome);
                p.serve_to_close();
            });
            end(connect_as(&peer, "user", "pencil").expect("connects"), peer);
        }
    });
}

#[test]
fn p_s7_most_iterations_and_an_extension_that_may_be_ignored() {
    dialogue(|| {
        let account = Account::new(Hash::Sha256, "user", "pencil", b"s", 1_000_000);
        connects(account, "user", "pencil", Proof::InChallenge);
        let peer = Peer::script(|p| {
            p.accept();
            let mut exchange = p.scram_begin(&Account::usual(Hash::Sha256));
            exchange.server_first.push_str(",x=ignored");
            succeed(p, &exchange, Proof::InChallenge);
            p.serve_to_close();
        });
        end(connect_as(&peer, "user", "pencil").expect("connects"), peer);
    });
}

/// Processor time that this process has used.
fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a place for the result.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[test]
fn p_s7_a_reconnect_does_not_salt_the_password_again() {
    dialogue_with("", || {
        // so many rounds are most of what the first connect costs, and nothing else here is near it
        let account = Account::new(Hash::Sha512, "user", "pencil", b"some salt", 300_000);
        let again = account.clone();
        let first = Peer::script(move |p| {
            p.accept();
            let exchange = p.scram_begin(&account);
            succeed(p, &exchange, Proof::WithOutcome);
            p.drop_socket();
        });
        let second = Peer::script(move |p| {
            p.accept();
            let exchange = p.scram_begin(&again);
            succeed(p, &exchange, Proof::WithOutcome);
            p.serve_to_close();
        });
        let factory = Factory::new(&Setup {
            url: format!("{},{}", first.url(), second.url()),
            connect: Some((1, 250, 0)),
            reconnect: Some((1, 250, 0)),
            ..Setup::default()
        });
        let start = processor_time();
        let connection = factory
            .connect_as(Some("user"), Some("pencil"))
            .expect("connects");
        let connected = processor_time();
        connection.session(AUTO).expect("a session on the second");
        let again = processor_time() - connected;
        assert!(again < (connected - start) / 4, "{again:?} of processor");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_s7_a_wrong_password_is_the_servers_to_refuse() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            let exchange = p.scram_begin(&Account::usual(Hash::Sha256));
            p.send_challenge(exchange.server_first.as_bytes());
            let last = p.expect_sasl_response();
            let last = std::str::from_utf8(&last).expect("UTF-8");
            assert_eq!(exchange.finish(last), Err("the proof is wrong".into()));
            p.send_outcome(1);
            p.expect_end_of_stream();
        });
        refused(
            connect_as(&peer, "user", "crayon"),
            Status::TIBEMS_SECURITY_EXCEPTION,
        );
        peer.finish();
    });
}

#[test]
fn p_s8_a_server_that_does_not_know_the_password() {
    dialogue(|| {
        // what an impostor may say in place of the proof that fits
        let wrong: [fn(&str) -> String; 6] = [
            |right| match right.strip_prefix("v=A") {
                Some(rest) => format!("v=B{rest}"),
                None => format!("v=A{}", &right[3..]),
            },
            |right| right[..right.len() - 4].to_owned(),
            |_| "v=".into(),
            |_| "v=*no base64*".into(),
            |_| "e=other-error".into(),
            |_| String::new(),
        ];
        for hash in [Hash::Sha256, Hash::Sha512] {
            for spoil in wrong {
                is_refused(Account::usual(hash), move |p, exchange| {
                    let spoilt = spoil(&p.scram_proof(&exchange));
                    p.send_outcome_with(0, Some(spoilt.as_bytes()));
                });
                is_refused(Account::usual(hash), move |p, exchange| {
                    let spoilt = spoil(&p.scram_proof(&exchange));
                    p.send_challenge(spoilt.as_bytes());
                });
            }
        }
    });
}

#[test]
fn p_s8_success_without_any_proof() {
    dialogue(|| {
        // behind the client's proof
        is_refused(Account::usual(Hash::Sha256), |p, exchange| {
            p.scram_proof(&exchange);
            p.send_outcome(0);
        });
        // instead of a challenge
        is_refused(Account::usual(Hash::Sha256), |p, _| p.send_outcome(0));
        is_refused(Account::usual(Hash::Sha256), |p, _| {
            p.send_outcome_with(0, Some(b"v=AAAA"));
        });
    });
}

#[test]
fn p_s9_bad_first_messages() {
    dialogue(|| {
        // N is the nonce of client and server, C that of the client alone
        for first in [
            "r=another%C,s=c29tZSBzYWx0,i=4096",
            "r=C,s=c29tZSBzYWx0,i=4096",
            "r=,s=c29tZSBzYWx0,i=4096",
            "r=N,s=c29tZSBzYWx0,i=1",
            "r=N,s=c29tZSBzYWx0,i=4095",
            "r=N,s=c29tZSBzYWx0,i=1000001",
            "r=N,s=c29tZSBzYWx0,i=1000000000",
            "r=N,s=c29tZSBzYWx0,i=99999999999999999999",
            "r=N,s=c29tZSBzYWx0,i=-4096",
            "r=N,s=c29tZSBzYWx0,i=",
            "r=N,s=c29tZSBzYWx0",
            "m=must,r=N,s=c29tZSBzYWx0,i=4096",
            "r=N,m=must,s=c29tZSBzYWx0,i=4096",
            "r=N,s=c29tZSBz!!!!,i=4096",
            "r=N,s=c29t*,i=4096",
            "r=N,s=,i=4096",
            "s=c29tZSBzYWx0,i=4096",
            "e=unknown-user",
            "",
        ] {
            is_refused(Account::usual(Hash::Sha256), move |p, exchange| {
                let own = exchange.nonce.split('%').next().expect("a first part");
                let first = first.replace('N', &exchange.nonce).replace('C', own);
                p.send_challenge(first.as_bytes());
            });
        }
        is_refused(Account::usual(Hash::Sha256), |p, _| {
            p.send_challenge(b"r=\xff\xfe,s=c29tZSBzYWx0,i=4096");
        });
    });
}

/// The text for a server that asks for so many iterations.
fn refuses_iterations(count: u32) -> String {
    is_refused(Account::usual(Hash::Sha256), move |p, exchange| {
        let first = format!("r={},s=c29tZSBzYWx0,i={count}", exchange.nonce);
        p.send_challenge(first.as_bytes());
    })
}

#[test]
fn p_s9_the_iterations_that_were_asked_for_are_named() {
    dialogue(|| {
        let few = refuses_iterations(4095);
        let words = "asks for 4095 SCRAM iterations, fewer than 4096 (option scram_min)";
        assert!(few.contains(words), "{few}");
        let many = refuses_iterations(1_000_001);
        let words = "asks for 1000001 SCRAM iterations, more than 1000000";
        assert!(many.contains(words), "{many}");
    });
}

#[test]
fn p_s9_fewer_iterations_where_the_program_allows_them() {
    dialogue_with("scram_min=1000", || {
        let account = Account::new(Hash::Sha256, "user", "pencil", b"some salt", 1000);
        connects(account, "user", "pencil", Proof::InChallenge);
        let few = refuses_iterations(999);
        assert!(few.contains("fewer than 1000"), "{few}");
    });
}

#[test]
fn p_s9_more_iterations_where_the_program_wants_them() {
    dialogue_with("scram_min=10000", || {
        let few = refuses_iterations(4096);
        assert!(few.contains("fewer than 10000"), "{few}");
    });
}

#[test]
fn p_s9_a_challenge_too_many() {
    dialogue(|| {
        is_refused(Account::usual(Hash::Sha256), |p, exchange| {
            let server_final = p.scram_proof(&exchange);
            p.send_challenge(server_final.as_bytes());
            p.expect_sasl_response();
            p.send_challenge(server_final.as_bytes());
        });
    });
}

#[test]
fn p_s10_users_and_passwords_of_every_kind() {
    dialogue(|| {
        // given; on the wire (RFC 4013: SASLprep, RFC 5802: , and = escaped)
        for (user, escaped, password, prepared) in [
            ("a=b,c", "a=3Db=2Cc", "p,=", "p,="),
            ("=2C,=3D", "=3D2C=2C=3D3D", "=2C", "=2C"),
            ("jürgen", "jürgen", "päß", "päß"),
            ("ユーザー", "ユーザー", "пароль", "пароль"),
            ("I\u{ad}X", "IX", "\u{2168}", "IX"),
            ("\u{aa}", "a", "a\u{a0}b", "a b"),
            ("e\u{301}", "\u{e9}", "n\u{303}", "\u{f1}"),
        ] {
            for hash in [Hash::Sha256, Hash::Sha512] {
                let account = Account::new(hash, escaped, prepared, b"some salt", 4096);
                connects(account, user, password, Proof::InChallenge);
            }
        }
    });
}

#[test]
fn p_s10_what_sasl_forbids_is_not_sent() {
    dialogue(|| {
        for (user, password) in [("bell\u{7}", "pencil"), ("user", "bell\u{7}")] {
            let peer = Peer::script(|p| {
                p.accept();
                p.offer_sasl(&["SCRAM-SHA-256"]);
                p.expect_end_of_stream();
            });
            refused(
                connect_as(&peer, user, password),
                Status::TIBEMS_SECURITY_EXCEPTION,
            );
            peer.finish();
        }
    });
}
