//! From a host name to datagrams, plain or encrypted.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::UdpSocket;

use super::{
    dtls::Session,
    reason,
    spec::{CoapSecurity, CoapSpec},
};
use crate::DownReason;

/// Datagrams to and from one device, and from nobody else.
pub(super) enum Channel {
    Plain(UdpSocket),
    Secured(Box<Session>),
}

/// Resolves the host.
pub(super) async fn resolve(spec: &CoapSpec) -> Result<Vec<SocketAddr>, DownReason> {
    match tokio::net::lookup_host((spec.host.as_str(), spec.port)).await {
        Ok(found) => {
            let found: Vec<_> = found.collect();
            if found.is_empty() {
                Err(reason::dns(spec, "it has no address"))
            } else {
                Ok(found)
            }
        }
        Err(error) => Err(reason::dns(spec, &error.to_string())),
    }
}

impl Channel {
    /// A channel to `address`; with encryption it is agreed on when this returns. It may wait for ever for an answer.
    pub(super) async fn open(spec: &CoapSpec, address: SocketAddr) -> Result<Channel, DownReason> {
        let socket = connect(address)
            .await
            .map_err(|error| reason::socket(spec, &error))?;
        match &spec.security {
            CoapSecurity::None => Ok(Channel::Plain(socket)),
            CoapSecurity::PresharedKey { identity, key } => {
                // On the heap: the library's state is large.
                let session = Box::pin(Session::open(spec, socket, identity, key)).await?;
                Ok(Channel::Secured(Box::new(session)))
            }
        }
    }

    pub(super) async fn send(
        &mut self,
        spec: &CoapSpec,
        datagram: &[u8],
    ) -> Result<(), DownReason> {
        match self {
            Channel::Plain(socket) => socket
                .send(datagram)
                .await
                .map(drop)
                .map_err(|error| reason::socket(spec, &error)),
            Channel::Secured(session) => session.send(spec, datagram).await,
        }
    }

    /// The next datagram, into `buffer`; how many bytes it has. Nothing is lost when this is dropped while it waits.
    pub(super) async fn receive(
        &mut self,
        spec: &CoapSpec,
        buffer: &mut [u8],
    ) -> Result<usize, DownReason> {
        match self {
            Channel::Plain(socket) => socket
                .recv(buffer)
                .await
                .map_err(|error| reason::socket(spec, &error)),
            Channel::Secured(session) => session.receive(spec, buffer).await,
        }
    }

    /// Tells the device that nothing more will come, where there is a way to.
    pub(super) async fn close(self, spec: &CoapSpec) {
        if let Channel::Secured(session) = self {
            session.close(spec).await;
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = if address.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any).await?;
    // From now on the system drops what others send, and reports a port where nothing listens.
    socket.connect(address).await?;
    Ok(socket)
}
