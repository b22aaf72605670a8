//! A broker of one's own, certificates for it, and a connection to watch.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout},
};
use twin_connect::{
    AckHandle, Authorities, ClientCertificate, Command, ConnectionSpec, DownReason, Inbound,
    LinkState, Protocol, Qos, Session, Subscription, Timing, Tls, run,
};
use twin_core::Timestamp;

/// Both protocols, for tests that hold for both.
pub const PROTOCOLS: [Protocol; 2] = [Protocol::Mqtt5, Protocol::Mqtt311];

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A mosquitto process with its own directory.
pub struct Broker {
    pub port: u16,
    directory: TempDir,
    settings: String,
    process: Option<Child>,
}

impl Broker {
    /// Anyone may do anything, without encryption.
    pub async fn open() -> Broker {
        Broker::with(|_| "allow_anonymous true\n".into()).await
    }

    /// With further settings; the closure gets the broker's directory to put files in.
    pub async fn with(settings: impl Fn(&Path) -> String) -> Broker {
        let directory = TempDir::new().unwrap();
        let settings = settings(directory.path());
        let mut broker = Broker {
            port: free_port(),
            directory,
            settings,
            process: None,
        };
        for _ in 0..5 {
            if broker.try_start().await {
                return broker;
            }
            // Someone else took the port in between.
            broker.port = free_port();
        }
        panic!("mosquitto does not start:\n{}", broker.log());
    }

    /// Starts it again on its port.
    pub async fn start(&mut self) {
        assert!(
            self.try_start().await,
            "mosquitto does not start:\n{}",
            self.log()
        );
    }

    async fn try_start(&mut self) -> bool {
        let log = self.directory.path().join("log");
        let text = format!(
            "user root\npid_file {}\nlog_dest file {}\nlog_type all\nlistener {} 127.0.0.1\n{}",
            self.directory.path().join("pid").display(),
            log.display(),
            self.port,
            self.settings,
        );
        let file = self.directory.path().join("mosquitto.conf");
        fs::write(&file, text).unwrap();
        let process = Process::new(program("mosquitto"))
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = self.process.insert(process);
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port))
                .await
                .is_ok()
            {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Ends it without warning.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Sends a signal, by name.
    pub fn signal(&self, name: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(
            Process::new("kill")
                .args(["-s", name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// A description of a connection to it, not encrypted, quick to try again.
    pub fn spec(&self, protocol: Protocol, client_id: &str) -> ConnectionSpec {
        spec(self.port, protocol, client_id)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// See [`Broker::spec`].
pub fn spec(port: u16, protocol: Protocol, client_id: &str) -> ConnectionSpec {
    ConnectionSpec {
        protocol,
        tls: None,
        session: Session::Clean,
        timing: Timing {
            connect_timeout: Duration::from_secs(10),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_millis(400),
            stable_after: Duration::from_secs(5),
        },
        ..ConnectionSpec::new("127.0.0.1", port, client_id)
    }
}

/// One filter with QoS 1.
pub fn at_least_once(filter: &str) -> Subscription {
    Subscription::new(filter, Qos::AtLeastOnce)
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Where a program of mosquitto's package is.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&path).collect();
    places.push("/usr/sbin".into());
    places
        .into_iter()
        .map(|place| place.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed: run `cargo xtask setup` (Debian package mosquitto)")
        })
}

/// The plugin that can refuse subscriptions; mosquitto's plain ACL file only withholds the messages.
pub fn security_plugin() -> PathBuf {
    let name = "mosquitto_dynamic_security.so";
    let places = fs::read_dir("/usr/lib")
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join(name));
    places
        .into_iter()
        .chain([PathBuf::from("/usr/lib").join(name)])
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed: run `cargo xtask setup` (Debian package mosquitto)")
        })
}

/// A running connection.
pub struct Peer {
    pub inbox: mpsc::Receiver<Inbound>,
    pub commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

/// A message as received.
#[derive(Debug)]
pub struct Mail {
    pub topic: String,
    pub text: String,
    pub qos: Qos,
    pub dup: bool,
    pub retain: bool,
    pub ack: Option<AckHandle>,
}

impl Peer {
    pub fn start(spec: ConnectionSpec) -> Peer {
        Peer::with_room(spec, 1_000)
    }

    /// With room for that many events.
    pub fn with_room(spec: ConnectionSpec, room: usize) -> Peer {
        static NOW: AtomicI64 = AtomicI64::new(1);
        let (sender, inbox) = mpsc::channel(room);
        let (commands, receiver) = mpsc::channel(100);
        let task = tokio::spawn(async move {
            run(spec, sender, receiver, || {
                Timestamp(NOW.fetch_add(1, Ordering::Relaxed))
            })
            .await
            .unwrap();
        });
        Peer {
            inbox,
            commands,
            task,
        }
    }

    pub async fn next(&mut self) -> Inbound {
        timeout(PATIENCE, self.inbox.recv())
            .await
            .expect("nothing came")
            .expect("the connection has ended")
    }

    /// Waits until the broker has answered the subscriptions; whether it still had the session.
    pub async fn up(&mut self) -> bool {
        let mut present = None;
        loop {
            match self.next().await {
                Inbound::Link {
                    state:
                        LinkState::Up {
                            session_present, ..
                        },
                    ..
                } => present = Some(session_present),
                Inbound::Subscribed { .. } => return present.expect("subscribed before up"),
                Inbound::Link {
                    state: LinkState::Down { reason } | LinkState::TakenOver { reason },
                    ..
                } => {
                    eprintln!("not yet up: {reason}");
                }
                _ => {}
            }
        }
    }

    /// Waits for the next reason to be down.
    pub async fn down(&mut self) -> DownReason {
        loop {
            if let Inbound::Link {
                state: LinkState::Down { reason },
                ..
            } = self.next().await
            {
                return reason;
            }
        }
    }

    /// Waits for the next message; fails if the link goes down instead.
    pub async fn mail(&mut self) -> Mail {
        loop {
            match self.next().await {
                Inbound::Message {
                    topic,
                    payload,
                    qos,
                    retain,
                    dup,
                    ack,
                    ..
                } => {
                    let text = String::from_utf8_lossy(&payload).into_owned();
                    return Mail {
                        topic: topic.into(),
                        text,
                        qos,
                        dup,
                        retain,
                        ack,
                    };
                }
                Inbound::Link {
                    state: LinkState::Down { reason },
                    ..
                } => panic!("link lost: {reason:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the next message, over as many links as it takes.
    pub async fn mail_over_links(&mut self) -> Mail {
        loop {
            if let Inbound::Message {
                topic,
                payload,
                qos,
                retain,
                dup,
                ack,
                ..
            } = self.next().await
            {
                let text = String::from_utf8_lossy(&payload).into_owned();
                return Mail {
                    topic: topic.into(),
                    text,
                    qos,
                    dup,
                    retain,
                    ack,
                };
            }
        }
    }

    pub async fn ask(&self, command: Command) {
        self.commands
            .send(command)
            .await
            .expect("the connection has ended");
    }

    pub async fn ack(&self, mail: Mail) {
        self.ask(Command::Ack(mail.ack.expect("nothing to acknowledge")))
            .await;
    }

    pub async fn publish(&self, topic: &str, text: &str, qos: Qos) {
        let payload = Bytes::copy_from_slice(text.as_bytes());
        self.ask(Command::Publish {
            topic: topic.into(),
            payload,
            qos,
            retain: false,
        })
        .await;
    }

    /// Says goodbye and waits for the end.
    pub async fn stop(mut self) {
        self.ask(Command::Stop).await;
        let end = async { while self.inbox.recv().await.is_some() {} };
        timeout(PATIENCE, end)
            .await
            .expect("the connection does not end");
    }

    /// As `kill -9` would: no goodbye.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A connection that only publishes, already up.
pub async fn publisher(broker: &Broker) -> Peer {
    let mut peer = Peer::start(broker.spec(Protocol::Mqtt5, "publisher"));
    peer.up().await;
    peer
}

/// An authority that signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// Certificate and key, PEM.
pub struct Signed {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for `name`, valid for a long time.
    pub fn sign(&self, name: &str) -> Signed {
        self.sign_until(name, 2090)
    }

    /// A certificate for `name`, valid until the first day of `year`.
    pub fn sign_until(&self, name: &str, year: i32) -> Signed {
        let mut params = CertificateParams::new(vec![name.into()]).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().pem();
        Signed {
            certificate,
            key: key.serialize_pem(),
        }
    }

    /// Trust in this authority, and perhaps a certificate to show.
    pub fn trust(&self, client: Option<&Signed>) -> Tls {
        Tls {
            authorities: Authorities::Pem(self.pem().as_str().into()),
            client: client.map(|signed| ClientCertificate {
                certificate: signed.certificate.as_str().into(),
                key: signed.key.as_str().into(),
            }),
            ..Tls::default()
        }
    }

    /// A broker that shows `server` and, if `demanding`, wants a certificate of this authority.
    pub async fn broker(&self, server: &Signed, demanding: bool) -> Broker {
        let authority = self.pem();
        Broker::with(|directory| {
            let file = |name: &str, text: &str| {
                let path = directory.join(name);
                fs::write(&path, text).unwrap();
                path.display().to_string()
            };
            let mut settings = format!(
                "allow_anonymous true\ncertfile {}\nkeyfile {}\n",
                file("server.crt", &server.certificate),
                file("server.key", &server.key),
            );
            if demanding {
                settings += &format!(
                    "cafile {}\nrequire_certificate true\n",
                    file("ca.crt", &authority)
                );
            }
            settings
        })
        .await
    }
}
