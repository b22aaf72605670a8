//! MQTT over WebSocket (MQTT 5, 6; RFC 6455): the handshake, and a byte stream on top of it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::{Sink, Stream as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, ClientRequestBuilder, Message,
        error::ProtocolError,
        handshake::client::Response,
        http::{HeaderMap, Uri, header},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::{
    ConnectionSpec, DownReason, Secret, calendar,
    certificate::cut,
    facts::WebSocketFacts,
    fault::Sight,
    tls_fault,
    ws_fault::{self, Fault},
    ws_pieces::{PIECE, Pieces},
};

/// The subprotocol of MQTT (MQTT 5, 6).
const PROTOCOL: &str = "mqtt";
/// Most bytes that go into one frame.
const FRAME: usize = 64 << 10;
/// What may wait to be written before it is an error, bytes: some frames, and the answers to pings.
const WRITE_BUFFER: usize = 1 << 20;
/// What a message may hold, bytes: far more than the pieces that binary ones come in.
const MESSAGE: usize = 1 << 20;
/// Frames without a byte for MQTT that are read in one go, so that a flood of them leaves room for others.
const EMPTY: u32 = 64;

/// What is behind an error of [`WsStream`], if it is not the stream below.
pub(crate) fn fault(error: &io::Error) -> Option<&Fault> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Bytes in WebSocket messages. Where one message ends and the next begins means nothing (MQTT 5, 6).
pub(crate) struct WsStream<S> {
    inner: WebSocketStream<Pieces<S>>,
    /// What is left of the last message.
    chunk: Bytes,
}

/// Asks for a WebSocket.
pub(crate) async fn upgrade<S>(
    spec: &ConnectionSpec,
    (path, headers): (&str, &[(String, Secret)]),
    stream: S,
    sight: impl Fn() -> Sight,
) -> Result<(WsStream<S>, WebSocketFacts), DownReason>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = request(spec, path, headers)
        .map_err(|error| ws_fault::not_web_socket(spec, &error.to_string()))?;
    let config = WebSocketConfig::default()
        .read_buffer_size(PIECE)
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE))
        .max_write_buffer_size(WRITE_BUFFER);
    match client_async_with_config(request, Pieces::new(stream), Some(config)).await {
        Ok((inner, response)) => {
            let stream = WsStream {
                inner,
                chunk: Bytes::new(),
            };
            Ok((stream, facts(&response)))
        }
        Err(tungstenite::Error::Io(error)) if tls_fault::is_tls(&error) => {
            Err(tls_fault::explain(spec, &error, &sight()))
        }
        Err(tungstenite::Error::Io(error)) => Err(ws_fault::broken(spec, &error, &sight())),
        Err(tungstenite::Error::Http(answer)) => {
            let location = text(answer.headers(), header::LOCATION.as_str());
            let status = answer.status();
            Err(ws_fault::status(
                spec,
                path,
                status.as_u16(),
                location.as_deref(),
            ))
        }
        Err(tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_))) => {
            Err(ws_fault::no_mqtt(spec, path))
        }
        // The end came before a whole answer.
        Err(tungstenite::Error::Protocol(ProtocolError::HandshakeIncomplete)) => Err(
            ws_fault::broken(spec, &io::ErrorKind::UnexpectedEof.into(), &sight()),
        ),
        Err(other) => Err(ws_fault::not_web_socket(spec, &other.to_string())),
    }
}

fn request(
    spec: &ConnectionSpec,
    path: &str,
    headers: &[(String, Secret)],
) -> Result<ClientRequestBuilder, tungstenite::http::Error> {
    let scheme = if spec.tls.is_some() { "wss" } else { "ws" };
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(spec.address())
        .path_and_query(path)
        .build()?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol(PROTOCOL);
    Ok(headers.iter().fold(request, |request, (name, value)| {
        request.with_header(name, value.reveal())
    }))
}

fn facts(response: &Response) -> WebSocketFacts {
    let headers = response.headers();
    WebSocketFacts {
        protocol: text(headers, "sec-websocket-protocol").unwrap_or_default(),
        server: text(headers, header::SERVER.as_str()),
        date: text(headers, header::DATE.as_str()).and_then(|date| calendar::http_date(&date)),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(cut)
}

impl<S> WsStream<S> {
    /// What a frame holds for MQTT; none ends the stream.
    fn open(&mut self, message: Option<Result<Message, tungstenite::Error>>) -> io::Result<bool> {
        match message {
            None => return Ok(false),
            Some(Ok(Message::Binary(bytes))) => self.chunk = bytes,
            Some(Ok(Message::Text(_))) => return Err(io::Error::other(Fault::Text)),
            Some(Ok(Message::Close(frame))) => return closed(frame),
            // The library answers pings itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(error)) => return Err(to_io(error)),
        }
        Ok(true)
    }
}

/// The broker closed the WebSocket: its plain end, or a reason to tell.
fn closed(frame: Option<CloseFrame>) -> io::Result<bool> {
    match frame {
        Some(frame) if !matches!(frame.code, CloseCode::Normal | CloseCode::Away) => {
            Err(io::Error::other(Fault::Closed {
                code: frame.code.into(),
                reason: cut(frame.reason.as_str()),
            }))
        }
        _ => Ok(false),
    }
}

fn to_io(error: tungstenite::Error) -> io::Error {
    match error {
        tungstenite::Error::Io(error) => error,
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing,
        ) => io::ErrorKind::ConnectionReset.into(),
        other => io::Error::other(Fault::Protocol(other.to_string())),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        for _ in 0..EMPTY {
            if !this.chunk.is_empty() {
                let length = this.chunk.len().min(buf.remaining());
                buf.put_slice(&this.chunk.split_to(length));
                return Poll::Ready(Ok(()));
            }
            let message = ready!(Pin::new(&mut this.inner).poll_next(cx));
            match this.open(message) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(Ok(())),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut inner = Pin::new(&mut self.get_mut().inner);
        ready!(inner.as_mut().poll_ready(cx)).map_err(to_io)?;
        let length = buf.len().min(FRAME);
        let frame = Message::Binary(Bytes::copy_from_slice(&buf[..length]));
        inner.start_send(frame).map_err(to_io)?;
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner)
            .poll_flush(cx)
            .map_err(to_io)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner)
            .poll_close(cx)
            .map_err(to_io)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;

    async fn pair() -> (WsStream<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (near, far) = duplex(1 << 20);
        // The end of a handshake.
        let (mut near, mut far) = (Pieces::new(near), far);
        far.write_all(b"x\n\n").await.unwrap();
        near.read_exact(&mut [0; 3]).await.unwrap();
        let inner = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        let chunk = Bytes::new();
        let far = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
        (WsStream { inner, chunk }, far)
    }

    async fn send(far: &mut WebSocketStream<DuplexStream>, message: Message) {
        std::future::poll_fn(|cx| Pin::new(&mut *far).poll_ready(cx))
            .await
            .unwrap();
        Pin::new(&mut *far).start_send(message).unwrap();
        std::future::poll_fn(|cx| Pin::new(&mut *far).poll_flush(cx))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn bytes_do_not_care_for_frames() {
        let (mut near, mut far) = pair().await;
        let frames: [&[u8]; 5] = [b"ab", b"", b"c", b"defgh", b"i"];
        for frame in frames {
            send(&mut far, Message::Binary(Bytes::copy_from_slice(frame))).await;
            send(&mut far, Message::Ping(Bytes::new())).await;
        }
        let mut seen = [0; 9];
        near.read_exact(&mut seen[..4]).await.unwrap();
        near.read_exact(&mut seen[4..]).await.unwrap();
        assert_eq!(&seen, b"abcdefghi");
        near.write_all(&[7; 100_000]).await.unwrap();
        near.flush().await.unwrap();
        drop(near);
        let mut total = 0;
        while let Some(Ok(message)) =
            std::future::poll_fn(|cx| Pin::new(&mut far).poll_next(cx)).await
        {
            if let Message::Binary(bytes) = message {
                assert!(bytes.len() <= FRAME && bytes.iter().all(|byte| *byte == 7));
                total += bytes.len();
            }
        }
        assert_eq!(total, 100_000);
    }

    #[tokio::test]
    async fn what_is_no_mqtt_ends_the_stream_with_its_reason() {
        let close = |code: u16| {
            Message::Close(Some(CloseFrame {
                code: code.into(),
                reason: "policy".into(),
            }))
        };
        for (message, word) in [
            (Message::Text("hello".into()), "text frame"),
            (close(1008), "code 1008 (policy)"),
        ] {
            let (mut near, mut far) = pair().await;
            send(&mut far, message).await;
            let error = near.read_u8().await.unwrap_err();
            assert!(
                fault(&error).is_some_and(|fault| fault.to_string().contains(word)),
                "{error}"
            );
        }
        let (mut near, mut far) = pair().await;
        send(&mut far, close(1000)).await;
        let end = near.read_u8().await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }
}
