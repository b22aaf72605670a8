//! The embedded broker: rumqttd on loopback, MQTT 5 on one port and MQTT 3.1.1 on another, one set of topics.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::Duration,
};

use rumqttd::{Config, ConnectionSettings, RouterConfig, ServerSettings};
use tokio::{net::TcpStream, time};

use crate::Error;

/// How long the broker may take to listen.
const START: Duration = Duration::from_secs(10);

/// A broker that runs until the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broker {
    /// MQTT 5.
    pub port: u16,
    /// MQTT 3.1.1.
    pub port_v4: u16,
}

impl Broker {
    /// Starts a broker on 127.0.0.1: MQTT 5 on `port` (0: any free one), MQTT 3.1.1 on a free one. Returns when both
    /// listen. Its threads end with the process: rumqttd has no way to stop.
    ///
    /// # Errors
    /// [`Error::Listen`] when the port is taken, [`Error::Broker`] when the broker does not start.
    pub async fn start(port: u16) -> Result<Self, Error> {
        // rumqttd takes no listener, only an address: reserve free ports, and give them back just before it binds.
        let (first, second) = (reserve(port)?, reserve(0)?);
        let broker = Broker {
            port: local_port(&first, port)?,
            port_v4: local_port(&second, 0)?,
        };
        drop((first, second));
        let config = config(broker);
        let thread = std::thread::Builder::new()
            .name("broker".to_owned())
            .spawn(move || {
                if let Err(error) = rumqttd::Broker::new(config).start() {
                    tracing::error!(%error, "the embedded broker ended");
                }
            });
        thread.map_err(|why| Error::Listen {
            port: broker.port,
            why,
        })?;
        for port in [broker.port, broker.port_v4] {
            time::timeout(START, answers(port))
                .await
                .map_err(|_| Error::Broker {
                    port,
                    what: format!("did not listen within {} s", START.as_secs()),
                })?;
        }
        Ok(broker)
    }
}

fn reserve(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|why| Error::Listen { port, why })
}

fn local_port(listener: &TcpListener, asked: u16) -> Result<u16, Error> {
    let address = listener
        .local_addr()
        .map_err(|why| Error::Listen { port: asked, why })?;
    Ok(address.port())
}

async fn answers(port: u16) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        time::sleep(Duration::from_millis(20)).await;
    }
}

/// The broker's settings.
///
/// Each subscription filter has a log of its own; a persistent session that is away reads on from where it was. The plant
/// writes about 20 kB a second: 8 segments of 8 MiB hold the better part of an hour for a session that is away, and bound
/// the memory to 64 MiB a filter. The filter `#` exists from the start, because rumqttd drops a client that publishes
/// where no filter matches.
fn config(ports: Broker) -> Config {
    let settings = |name: &str, port: u16| ServerSettings {
        name: name.to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        tls: None,
        next_connection_delay_ms: 1,
        connections: ConnectionSettings {
            connection_timeout_ms: 10_000,
            max_payload_size: 4 * 1024 * 1024,
            max_inflight_count: 200,
            auth: None,
            external_auth: None,
            dynamic_filters: false,
        },
    };
    Config {
        id: 0,
        router: RouterConfig {
            max_connections: 200,
            max_outgoing_packet_count: 200,
            max_segment_size: 8 * 1024 * 1024,
            max_segment_count: 8,
            initialized_filters: Some(vec!["#".to_owned()]),
            ..RouterConfig::default()
        },
        v4: Some(HashMap::from([(
            "v4".to_owned(),
            settings("mqtt-3.1.1", ports.port_v4),
        )])),
        v5: Some(HashMap::from([(
            "v5".to_owned(),
            settings("mqtt-5", ports.port),
        )])),
        ..Config::default()
    }
}
