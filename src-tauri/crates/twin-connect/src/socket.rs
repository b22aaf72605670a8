//! From a host name to a byte stream: DNS, TCP, TLS, WebSocket, each with its own reason when it fails.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    Carrier, ConnectionSpec, DownReason, Tls, certificate,
    facts::{TlsFacts, WebSocketFacts},
    fault::Sight,
    probe::Probe,
    stream::Stream,
    tls::{self, Setup},
    tls_fault,
    ws::{self, WsStream},
    ws_fault,
};

/// How much of the first answer is remembered, bytes.
const HEAD: usize = 4;

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
    stream: Box<TlsStream<TcpStream>>,
    pub(crate) facts: Arc<TlsFacts>,
}

/// Shakes hands.
pub(crate) async fn handshake(
    spec: &ConnectionSpec,
    settings: &Tls,
    stream: TcpStream,
    probe: &Probe,
) -> Result<Agreed, DownReason> {
    let name = settings.server_name.as_deref().unwrap_or(&spec.host);
    let server_name = tls::server_name(name).map_err(|error| DownReason::files(&error))?;
    let setup = tls::set_up(settings)
        .await
        .map_err(|error| DownReason::files(&error))?;
    probe.identify(&setup.identity);
    let stream = TlsConnector::from(Arc::clone(&setup.config))
        .connect(server_name.clone(), stream)
        .await
        .map_err(|error| tls_fault::explain(spec, &error, &probe.sight()))?;
    let facts = Arc::new(facts(settings, &stream, &setup, &server_name));
    Ok(Agreed {
        stream: Box::new(stream),
        facts,
    })
}

fn facts(
    settings: &Tls,
    stream: &TlsStream<TcpStream>,
    setup: &Setup,
    name: &ServerName<'_>,
) -> TlsFacts {
    let (_, session) = stream.get_ref();
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    let suite = session.negotiated_cipher_suite();
    let alpn = session.alpn_protocol();
    let chain = session.peer_certificates().unwrap_or_default();
    TlsFacts {
        version: version.into(),
        cipher: suite.map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
        alpn: alpn.map(|name| String::from_utf8_lossy(name).into_owned()),
        server_name: name.to_str().into_owned(),
        name_overridden: settings.server_name.is_some(),
        chain: certificate::chain(chain),
        authority: certificate::authority_of(chain, &setup.trusted),
        client: setup.identity.facts(),
        client_shown: setup.identity.was_asked() && setup.identity.is_given(),
        revocations: setup.revocations.clone(),
    }
}

/// How a stream is protected, in words.
pub(crate) fn security(facts: &TlsFacts) -> String {
    let client = if facts.client_shown {
        ", client certificate"
    } else {
        ""
    };
    let name = if facts.name_overridden {
        format!(", checked against the name \"{}\"", facts.server_name)
    } else {
        String::new()
    };
    format!("{}{client}{name}", facts.version)
}

/// A stream on which the other side may be asked for MQTT, after TCP and TLS.
pub(crate) struct Way {
    pub(crate) stream: Stream,
    pub(crate) tls: Option<Arc<TlsFacts>>,
}

impl Way {
    pub(crate) fn plain(stream: TcpStream) -> Self {
        Way {
            stream: Stream::Plain(stream),
            tls: None,
        }
    }

    pub(crate) fn encrypted(agreed: Agreed) -> Self {
        Way {
            stream: Stream::Tls(agreed.stream),
            tls: Some(agreed.facts),
        }
    }

    /// Puts the carrier on it; with what a WebSocket's server said.
    pub(crate) async fn carry(
        self,
        spec: &Arc<ConnectionSpec>,
        probe: &Arc<Probe>,
    ) -> Result<(Socket, Option<WebSocketFacts>), DownReason> {
        let Way { stream, tls } = self;
        let (carried, facts) = match &spec.carrier {
            Carrier::Tcp => (Carried::Raw(stream), None),
            Carrier::WebSocket { path, headers } => {
                probe.enter("the WebSocket handshake");
                let asked = ws::upgrade(spec, (path, headers), stream, || probe.sight());
                let (stream, facts) = Box::pin(asked).await?;
                (Carried::WebSocket(Box::new(stream)), Some(facts))
            }
        };
        let words = tls
            .as_deref()
            .map_or_else(|| "not encrypted".into(), security);
        probe.ready(words, tls);
        let socket = Socket {
            stream: carried,
            spec: Arc::clone(spec),
            probe: Arc::clone(probe),
            seen: 0,
        };
        Ok((socket, facts))
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
    let way = match &spec.tls {
        None => Way::plain(stream),
        Some(settings) => {
            probe.enter("the TLS handshake");
            Way::encrypted(handshake(spec, settings, stream, probe).await?)
        }
    };
    let (socket, _) = way.carry(spec, probe).await?;
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

enum Carried {
    Raw(Stream),
    WebSocket(Box<WsStream<Stream>>),
}

/// A stream that remembers what it saw.
pub(crate) struct Socket {
    stream: Carried,
    spec: Arc<ConnectionSpec>,
    probe: Arc<Probe>,
    seen: usize,
}

impl Socket {
    /// A TLS alert that comes after the handshake (TLS 1.3 reports a missing client certificate so), or a WebSocket
    /// that goes wrong, looks like any broken stream to the MQTT library.
    fn watch<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result {
            if tls_fault::is_tls(error) {
                self.probe
                    .note(tls_fault::explain(&self.spec, error, &self.probe.sight()));
            } else if let Some(fault) = ws::fault(error) {
                self.probe.note(ws_fault::ended(&self.spec, fault));
            }
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
            Carried::Raw(stream) => Pin::new(stream).poll_read(cx, buf),
            Carried::WebSocket(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        if self.seen < HEAD {
            let new = &buf.filled()[before..];
            let new = &new[..new.len().min(HEAD - self.seen)];
            self.probe.head(new);
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
            Carried::Raw(stream) => Pin::new(stream).poll_write(cx, buf),
            Carried::WebSocket(stream) => Pin::new(stream).poll_write(cx, buf),
        };
        self.watch(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = match &mut self.stream {
            Carried::Raw(stream) => Pin::new(stream).poll_flush(cx),
            Carried::WebSocket(stream) => Pin::new(stream).poll_flush(cx),
        };
        self.watch(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Carried::Raw(stream) => Pin::new(stream).poll_shutdown(cx),
            Carried::WebSocket(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
