//! A CoAP server of one's own, and a connection to watch.

use std::{
    net::UdpSocket,
    process::{Child, Command as Process, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use bytes::Bytes;
use tempfile::TempDir;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout},
};
use twin_connect::{
    Command, DownReason, Inbound, LinkState, Properties, Timing, Topic,
    coap::{CoapError, CoapResource, CoapSpec, Transmission, run},
};
use twin_core::Timestamp;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A coap-server process. Its encrypted port is the next one.
pub struct Server {
    pub port: u16,
    program: &'static str,
    arguments: Vec<String>,
    directory: TempDir,
    process: Option<Child>,
}

impl Server {
    /// One that lets clients make resources by PUT.
    pub fn open() -> Server {
        Server::with("coap-server-notls", &["-d", "20"])
    }

    /// Which of the programs, with further arguments.
    pub fn with(program: &'static str, arguments: &[&str]) -> Server {
        let mut server = Server {
            port: free_port(),
            program,
            arguments: arguments.iter().map(|&text| text.into()).collect(),
            directory: TempDir::new().unwrap(),
            process: None,
        };
        for _ in 0..5 {
            if server.try_start() {
                return server;
            }
            // Someone else took the port in between.
            server.port = free_port();
        }
        panic!("{program} does not start:\n{}", server.log());
    }

    /// Starts it again on its port.
    pub fn start(&mut self) {
        assert!(self.try_start(), "it does not start:\n{}", self.log());
    }

    fn try_start(&mut self) -> bool {
        let log = std::fs::File::create(self.directory.path().join("log")).unwrap();
        let process = Process::new(self.program)
            .args(["-A", "127.0.0.1", "-v", "7", "-p"])
            .arg(self.port.to_string())
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let process = process.unwrap_or_else(|error| {
            panic!("{} (Debian package libcoap3-bin): {error}", self.program)
        });
        let process = self.process.insert(process);
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(("127.0.0.1", self.port)).unwrap();
        let wait = Duration::from_millis(50);
        socket.set_read_timeout(Some(wait)).unwrap();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            // A CoAP ping, and the reset that answers it.
            if socket.send(&[0x40, 0, 0, 1]).is_err() || socket.recv(&mut [0; 16]).is_err() {
                std::thread::sleep(wait);
                continue;
            }
            return true;
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
        let mut kill = Process::new("kill");
        assert!(kill.args(["-s", name, &id]).status().unwrap().success());
    }

    pub fn log(&self) -> String {
        let log = std::fs::read(self.directory.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Has libcoap's own client put a representation there.
    pub fn put(&self, path: &str, format: u16, body: &str) {
        let file = self.directory.path().join("body");
        std::fs::write(&file, body).unwrap();
        let output = Process::new("coap-client-notls")
            .args(["-m", "put", "-t", &format.to_string(), "-f"])
            .arg(&file)
            .arg(format!("coap://127.0.0.1:{}{path}", self.port))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A stopped process cannot even be waited for in order.
        self.kill();
    }
}

/// Two free ports in a row; the first is returned. Tests of this process never get the same.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 20_000 + (std::process::id() % 5_000) as u16 * 4;
    loop {
        let port = base.wrapping_add(NEXT.fetch_add(2, Ordering::Relaxed) % 20_000);
        let is_free = |port| UdpSocket::bind(("127.0.0.1", port)).is_ok();
        if port > 1_024 && port < 65_000 && is_free(port) && is_free(port + 1) {
            return port;
        }
    }
}

pub fn observed(path: &str) -> CoapResource {
    CoapResource {
        path: path.into(),
        observe: true,
        every: None,
    }
}

pub fn read_every(path: &str, seconds: u64) -> CoapResource {
    CoapResource {
        path: path.into(),
        observe: false,
        every: Some(Duration::from_secs(seconds)),
    }
}

/// A description that is quick to notice and to try again.
pub fn spec(port: u16, resources: &[CoapResource]) -> CoapSpec {
    CoapSpec {
        resources: resources.to_vec(),
        keep_alive: Duration::from_secs(2),
        transmission: Transmission {
            ack_timeout: Duration::from_millis(100),
            ..Transmission::default()
        },
        timing: Timing {
            connect_timeout: Duration::from_secs(3),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_millis(500),
            stable_after: Duration::from_secs(30),
        },
        ..CoapSpec::new("127.0.0.1", port)
    }
}

/// A connection that runs, and both its channels.
pub struct Running {
    pub inbox: mpsc::Receiver<Inbound>,
    pub commands: mpsc::Sender<Command>,
    task: JoinHandle<Result<(), CoapError>>,
}

/// What a message had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    pub topic: Topic,
    pub payload: Bytes,
    pub properties: Option<Box<Properties>>,
}

impl Running {
    pub fn start(spec: CoapSpec) -> Running {
        Running::with_room(spec, 1_000)
    }

    pub fn with_room(spec: CoapSpec, room: usize) -> Running {
        let (sender, inbox) = mpsc::channel(room);
        let (commands, orders) = mpsc::channel(10);
        let began = Instant::now();
        let clock = move || Timestamp(i64::try_from(began.elapsed().as_micros()).unwrap());
        Running {
            inbox,
            commands,
            task: tokio::spawn(run(spec, sender, orders, clock)),
        }
    }

    pub async fn next(&mut self) -> Inbound {
        let next = timeout(PATIENCE, self.inbox.recv()).await;
        next.expect("nothing came in time").expect("it ended")
    }

    /// The next that `pick` takes.
    pub async fn until<T>(&mut self, mut pick: impl FnMut(Inbound) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "it did not come in time");
            if let Some(found) = pick(self.next().await) {
                return found;
            }
        }
    }

    pub async fn up(&mut self) -> String {
        self.until(|item| match item {
            Inbound::Link {
                state: LinkState::Up { security, .. },
                ..
            } => Some(security),
            _ => None,
        })
        .await
    }

    pub async fn down(&mut self) -> DownReason {
        self.until(|item| match item {
            Inbound::Link {
                state: LinkState::Down { reason },
                ..
            } => Some(reason),
            _ => None,
        })
        .await
    }

    pub async fn message(&mut self) -> Got {
        self.until(|item| match item {
            Inbound::Message {
                topic,
                payload,
                properties,
                ..
            } => Some(Got {
                topic,
                payload,
                properties,
            }),
            _ => None,
        })
        .await
    }

    /// The next message that is this text.
    pub async fn text(&mut self, wanted: &str) -> Got {
        loop {
            let got = self.message().await;
            if got.payload == wanted {
                return got;
            }
        }
    }

    /// Ends it politely.
    pub async fn stop(self) {
        self.commands.send(Command::Stop).await.unwrap();
        let ended = timeout(PATIENCE, self.task).await;
        assert_eq!(ended.expect("it does not stop").unwrap(), Ok(()));
    }
}
