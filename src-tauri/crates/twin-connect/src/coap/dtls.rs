//! DTLS 1.2 with a pre-shared key (RFC 6347, RFC 4279). The only file that knows the DTLS library, which does no IO.

use std::{collections::VecDeque, sync::Arc};

use dimpl::{Config, Dtls, Error, Output, PskResolver};
use tokio::{
    net::UdpSocket,
    select,
    time::{Instant, sleep_until},
};

use super::{
    codec::DATAGRAM,
    reason,
    spec::{CoapSpec, PresharedKey},
};
use crate::DownReason;

struct Key(PresharedKey);

impl PskResolver for Key {
    fn resolve(&self, _hint: &[u8]) -> Option<Vec<u8>> {
        Some(self.0.reveal().to_vec())
    }
}

/// A session that is encrypted both ways.
pub(super) struct Session {
    socket: UdpSocket,
    dtls: Dtls,
    /// What the library made or opened last.
    record: Vec<u8>,
    /// A datagram as it came.
    datagram: Vec<u8>,
    /// To be sent.
    packets: VecDeque<Vec<u8>>,
    /// Plain text that came. A datagram holds a few records at most.
    texts: VecDeque<Vec<u8>>,
    /// Both sides have proved that they have the key.
    is_connected: bool,
    /// The device has ended the session.
    is_closed: bool,
    /// When the library has something to do.
    due: Instant,
}

impl Session {
    /// Shakes hands. It may wait as long as the library's repeats go on, about 31 s.
    pub(super) async fn open(
        spec: &CoapSpec,
        socket: UdpSocket,
        identity: &str,
        key: &PresharedKey,
    ) -> Result<Session, DownReason> {
        let resolver = Arc::new(Key(key.clone()));
        let config = Config::builder()
            .with_psk_client(identity.as_bytes().to_vec(), resolver)
            .build()
            .map_err(|error| failed(spec, &error))?;
        let now = Instant::now();
        let mut dtls = Dtls::new_12_psk(Arc::new(config), now.into_std());
        dtls.set_active(true);
        dtls.handle_timeout(now.into_std())
            .map_err(|error| failed(spec, &error))?;
        let mut session = Session {
            socket,
            dtls,
            record: vec![0; DATAGRAM],
            datagram: vec![0; DATAGRAM],
            packets: VecDeque::new(),
            texts: VecDeque::new(),
            is_connected: false,
            is_closed: false,
            due: now,
        };
        session.flush(spec).await?;
        while !session.is_connected {
            session.turn(spec).await?;
        }
        Ok(session)
    }

    pub(super) async fn send(&mut self, spec: &CoapSpec, text: &[u8]) -> Result<(), DownReason> {
        self.dtls
            .send_application_data(text)
            .map_err(|error| failed(spec, &error))?;
        self.flush(spec).await
    }

    pub(super) async fn receive(
        &mut self,
        spec: &CoapSpec,
        buffer: &mut [u8],
    ) -> Result<usize, DownReason> {
        loop {
            if let Some(text) = self.texts.pop_front() {
                let length = text.len().min(buffer.len());
                buffer[..length].copy_from_slice(&text[..length]);
                return Ok(length);
            }
            self.turn(spec).await?;
        }
    }

    pub(super) async fn close(mut self, spec: &CoapSpec) {
        // It was only politeness: the device forgets the session in any case.
        if self.dtls.close().is_ok() && self.flush(spec).await.is_err() {
            tracing::debug!("the device was not told of the end of the session");
        }
    }

    /// Waits for a datagram or the time, and takes it in.
    async fn turn(&mut self, spec: &CoapSpec) -> Result<(), DownReason> {
        if self.is_closed {
            return Err(reason::closed(spec));
        }
        // Dropped while it waited: what was to be sent is still there.
        self.flush(spec).await?;
        let got = select! {
            got = self.socket.recv(&mut self.datagram) => {
                Some(got.map_err(|error| reason::socket(spec, &error))?)
            }
            () = sleep_until(self.due) => None,
        };
        let is_connected = self.is_connected;
        let told = |error: &Error| {
            if is_connected || !matches!(error, Error::Timeout(_)) {
                failed(spec, error)
            } else {
                reason::no_handshake(spec)
            }
        };
        let now = Instant::now().into_std();
        self.dtls
            .handle_timeout(now)
            .map_err(|error| told(&error))?;
        if let Some(length) = got {
            self.dtls
                .handle_packet(&self.datagram[..length])
                .map_err(|error| told(&error))?;
        }
        self.flush(spec).await
    }

    /// Hears what the library has to say, and sends what it wants sent.
    async fn flush(&mut self, spec: &CoapSpec) -> Result<(), DownReason> {
        loop {
            match self.dtls.poll_output(&mut self.record) {
                Output::Packet(packet) => self.packets.push_back(packet.to_vec()),
                Output::ApplicationData(text) => self.texts.push_back(text.to_vec()),
                Output::Connected => self.is_connected = true,
                Output::CloseNotify => self.is_closed = true,
                Output::BufferTooSmall { needed } => self.record.resize(needed, 0),
                Output::Timeout(due) => {
                    self.due = due.into();
                    break;
                }
                // Certificates and keys for other protocols: neither belongs to a session with a shared key.
                _ => {}
            }
        }
        while let Some(packet) = self.packets.front() {
            self.socket
                .send(packet)
                .await
                .map_err(|error| reason::socket(spec, &error))?;
            self.packets.pop_front();
        }
        Ok(())
    }
}

fn failed(spec: &CoapSpec, error: &Error) -> DownReason {
    reason::handshake(spec, &error.to_string())
}
