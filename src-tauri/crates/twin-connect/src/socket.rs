//! From a host name to a byte stream: DNS, TCP, TLS, each with its own reason when it fails.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    ConnectionSpec, DownReason, Tls, certificate,
    fault::Sight,
    tls::{self, Identity},
    tls_fault,
};

/// How much of the first answer is remembered, bytes.
const HEAD: usize = 4;

/// What one attempt has seen so far, shared between the stream, which the MQTT library owns, and the loop that has to
/// explain a failure.
#[derive(Default)]
pub(crate) struct Probe(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    phase: &'static str,
    security: String,
    reason: Option<DownReason>,
    head: Vec<u8>,
    identity: Option<Arc<Identity>>,
}

impl Probe {
    fn with<R>(&self, look: impl FnOnce(&mut Seen) -> R) -> R {
        // Nobody panics while holding it; if so, the facts in it are still facts.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new attempt.
    pub(crate) fn reset(&self) {
        self.with(|seen| {
            *seen = Seen {
                phase: "the start of the attempt",
                ..Seen::default()
            }
        });
    }

    /// What the attempt was doing last.
    pub(crate) fn phase(&self) -> &'static str {
        self.with(|seen| seen.phase)
    }

    /// How the stream is protected, in words.
    pub(crate) fn security(&self) -> String {
        self.with(|seen| seen.security.clone())
    }

    /// A reason better than what the MQTT library can know.
    pub(crate) fn reason(&self) -> Option<DownReason> {
        self.with(|seen| seen.reason.clone())
    }

    pub(crate) fn sight(&self) -> Sight {
        self.with(|seen| Sight {
            head: seen.head.clone(),
            certificate_asked: seen
                .identity
                .as_ref()
                .is_some_and(|identity| identity.was_asked()),
            certificate_given: seen
                .identity
                .as_ref()
                .is_some_and(|identity| identity.is_given()),
        })
    }

    fn enter(&self, phase: &'static str) {
        self.with(|seen| seen.phase = phase);
    }

    fn note(&self, reason: DownReason) {
        self.with(|seen| seen.reason = Some(reason));
    }
}

/// Resolves the host.
pub(crate) async fn resolve(spec: &ConnectionSpec) -> Result<Vec<SocketAddr>, DownReason> {
    match tokio::net::lookup_host((spec.host.as_str(), spec.port)).await {
        Ok(found) => {
            let found: Vec<_> = found.collect();
            if found.is_empty() {
                Err(DownReason::dns(spec, "it has no address"))
            } else {
                Ok(found)
            }
        }
        Err(error) => Err(DownReason::dns(spec, &error.to_string())),
    }
}

/// Connects to the first address that answers. `budget` is shared out evenly, so that one dead address does not use it
/// all up.
pub(crate) async fn connect(
    spec: &ConnectionSpec,
    addresses: &[SocketAddr],
    budget: Duration,
) -> Result<TcpStream, DownReason> {
    let share = budget / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Acknowledgements are small and must not wait for more to send; failure only costs time.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(DownReason::connect(spec, &last))
}

/// What a handshake has agreed on.
pub(crate) struct Agreed {
    pub(crate) stream: TlsStream<TcpStream>,
    /// "TLS 1.3" or "TLS 1.2".
    pub(crate) version: &'static str,
    /// Last day of the broker's certificate, if it could be read.
    pub(crate) valid_until: Option<String>,
    /// Whether a client certificate was asked for and shown.
    pub(crate) certificate_shown: bool,
}

/// Shakes hands.
pub(crate) async fn handshake(
    spec: &ConnectionSpec,
    settings: &Tls,
    stream: TcpStream,
    probe: &Probe,
) -> Result<Agreed, DownReason> {
    let name = tls::server_name(&spec.host).map_err(|error| DownReason::files(&error))?;
    let setup = tls::set_up(settings)
        .await
        .map_err(|error| DownReason::files(&error))?;
    probe.with(|seen| seen.identity = Some(Arc::clone(&setup.identity)));
    let stream = TlsConnector::from(setup.config)
        .connect(name, stream)
        .await
        .map_err(|error| tls_fault::explain(spec, &error, &probe.sight()))?;
    let (_, session) = stream.get_ref();
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    let valid_until = session
        .peer_certificates()
        .and_then(<[_]>::first)
        .and_then(|certificate| certificate::valid_until(certificate));
    let certificate_shown = setup.identity.was_asked() && setup.identity.is_given();
    Ok(Agreed {
        stream,
        version,
        valid_until,
        certificate_shown,
    })
}

impl Agreed {
    /// In words.
    pub(crate) fn security(&self) -> String {
        let client = if self.certificate_shown {
            ", client certificate"
        } else {
            ""
        };
        format!("{}{client}", self.version)
    }
}

/// All of it in one go, for a connection that is kept.
pub(crate) async fn dial(
    spec: &Arc<ConnectionSpec>,
    probe: &Arc<Probe>,
) -> Result<Socket, DownReason> {
    probe.enter("the look-up of its name");
    let addresses = resolve(spec).await?;
    probe.enter("the TCP connect");
    let stream = connect(spec, &addresses, spec.timing.connect_timeout).await?;
    let socket = match &spec.tls {
        None => Socket::plain(stream, spec, probe),
        Some(settings) => {
            probe.enter("the TLS handshake");
            Socket::encrypted(handshake(spec, settings, stream, probe).await?, spec, probe)
        }
    };
    Ok(socket)
}

/// Where the MQTT library gets its stream from.
#[derive(Clone)]
pub(crate) struct Dialler {
    spec: Arc<ConnectionSpec>,
    probe: Arc<Probe>,
    /// A stream made before, to be used once.
    ready: Option<Arc<Mutex<Option<Socket>>>>,
}

impl Dialler {
    /// Dials each time it is asked.
    pub(crate) fn new(spec: Arc<ConnectionSpec>, probe: Arc<Probe>) -> Self {
        Dialler {
            spec,
            probe,
            ready: None,
        }
    }

    /// Hands out `socket` once.
    pub(crate) fn ready(spec: Arc<ConnectionSpec>, probe: Arc<Probe>, socket: Socket) -> Self {
        Dialler {
            spec,
            probe,
            ready: Some(Arc::new(Mutex::new(Some(socket)))),
        }
    }

    /// A stream; the reason of a failure is left in the probe.
    pub(crate) async fn open(&self) -> io::Result<Socket> {
        let result = match &self.ready {
            Some(ready) => {
                let socket = ready.lock().unwrap_or_else(PoisonError::into_inner).take();
                socket.ok_or_else(|| DownReason::closed(&self.spec, false, None, &Sight::default()))
            }
            None => dial(&self.spec, &self.probe).await,
        };
        result.map_err(|reason| {
            let error = io::Error::other(reason.to_string());
            self.probe.note(reason);
            error
        })
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream that remembers what it saw.
pub(crate) struct Socket {
    stream: Stream,
    spec: Arc<ConnectionSpec>,
    probe: Arc<Probe>,
    seen: usize,
}

impl Socket {
    pub(crate) fn plain(stream: TcpStream, spec: &Arc<ConnectionSpec>, probe: &Arc<Probe>) -> Self {
        Socket::new(Stream::Plain(stream), "not encrypted".into(), spec, probe)
    }

    pub(crate) fn encrypted(
        agreed: Agreed,
        spec: &Arc<ConnectionSpec>,
        probe: &Arc<Probe>,
    ) -> Self {
        let security = agreed.security();
        Socket::new(Stream::Tls(Box::new(agreed.stream)), security, spec, probe)
    }

    fn new(
        stream: Stream,
        security: String,
        spec: &Arc<ConnectionSpec>,
        probe: &Arc<Probe>,
    ) -> Self {
        probe.with(|seen| {
            seen.phase = "the MQTT connect";
            seen.security = security;
        });
        Socket {
            stream,
            spec: Arc::clone(spec),
            probe: Arc::clone(probe),
            seen: 0,
        }
    }

    /// A TLS alert that comes after the handshake (TLS 1.3 reports a missing client certificate so) looks like any
    /// broken stream to the MQTT library.
    fn watch<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result
            && error
                .get_ref()
                .is_some_and(|inner| inner.is::<rustls::Error>())
        {
            self.probe
                .note(tls_fault::explain(&self.spec, error, &self.probe.sight()));
        }
        result
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        if self.seen < HEAD {
            let new = &buf.filled()[before..];
            let new = &new[..new.len().min(HEAD - self.seen)];
            self.probe.with(|seen| seen.head.extend_from_slice(new));
            self.seen += new.len();
        }
        self.watch(result)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        };
        self.watch(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        };
        self.watch(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
