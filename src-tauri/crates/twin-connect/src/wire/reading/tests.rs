//! The reading half against what the library reads of each packet alone.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{sleep, timeout},
};

use super::*;
use crate::{
    ConnectionSpec, Properties, Protocol,
    probe::Probe,
    socket::Dialler,
    wire::{Lost, Wire, place::CUT_MAX, v5, v311},
};

const PINGRESP: [u8; 2] = [0xd0, 0];

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    qos: u8,
    is_retained: bool,
    is_repeat: bool,
    id: Option<u16>,
    topic: Bytes,
    payload: Bytes,
    properties: Option<Properties>,
    is_unread: bool,
}

/// A packet to send.
#[derive(Clone, Debug)]
enum Sent {
    Message {
        flags: u8,
        topic: Vec<u8>,
        properties: Vec<u8>,
        size: usize,
    },
    Pingresp,
}

fn prefix(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn property() -> impl Strategy<Value = Vec<u8>> {
    let code = prop::sample::select(vec![0x03_u8, 0x08, 0x09]);
    let text = || "[a-zä]{0,5}";
    let prefixed = |text: String| prefix(text.as_bytes());
    prop_oneof![
        Just(vec![0x01, 1]),
        Just(vec![0x02, 0, 0, 1, 0]),
        (code, text()).prop_map(move |(code, text)| [vec![code], prefixed(text)].concat()),
        (text(), text()).prop_map(move |(name, value)| {
            [vec![0x26], prefixed(name), prefixed(value)].concat()
        }),
    ]
}

/// Most are such as a plant sends; some are on the edge of what is cut out, and some are to be acknowledged unread.
fn sent() -> impl Strategy<Value = Sent> {
    let flags = prop::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 10, 11, 12, 13]);
    let topic = prop_oneof![
        15 => "[a-zä/]{1,9}".prop_map(String::into_bytes),
        1 => Just(b"a/\xff".to_vec()),
        1 => Just(b"a/#".to_vec()),
    ];
    let size = prop_oneof![
        20 => 0_usize..200,
        1 => CUT_MAX - 60..CUT_MAX + 60,
        1 => 30_000_usize..70_000,
    ];
    let properties = prop::collection::vec(property(), 0..4).prop_map(|some| some.concat());
    let message = (flags, topic, properties, size).prop_map(|(flags, topic, properties, size)| {
        Sent::Message {
            flags,
            topic,
            properties,
            size,
        }
    });
    prop_oneof![15 => message, 1 => Just(Sent::Pingresp)]
}

/// The packet with this number.
fn packet(sent: &Sent, number: u16, has_properties: bool) -> Vec<u8> {
    let Sent::Message {
        flags,
        topic,
        properties,
        size,
    } = sent
    else {
        return PINGRESP.to_vec();
    };
    let id = (flags & 6 != 0).then_some((number + 1).to_be_bytes());
    let mut body = [&prefix(topic)[..], id.as_ref().map_or(&[], |id| &id[..])].concat();
    if has_properties {
        body.push(u8::try_from(properties.len()).unwrap());
        body.extend(properties);
    }
    body.extend(prefix(&number.to_be_bytes()).repeat(1 + size / 4));
    let mut packet = vec![0x30 | flags];
    let mut left = body.len();
    loop {
        let low = (left % 128) as u8;
        left /= 128;
        packet.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    [packet, body].concat()
}

/// What is to come of a packet: what the library reads of it, or, of one that it must not read, what the sender knows.
fn expected(sent: &Sent, number: u16, protocol: Protocol) -> Option<Said> {
    let Sent::Message {
        flags, topic, size, ..
    } = sent
    else {
        return None;
    };
    let mut stream = BytesMut::from(&packet(sent, number, protocol == Protocol::Mqtt5)[..]);
    if topic.iter().any(|byte| matches!(byte, 0xff | b'#')) {
        let payload = prefix(&number.to_be_bytes()).repeat(1 + size / 4);
        return Some(Said {
            qos: flags >> 1 & 3,
            is_retained: flags & 1 != 0,
            is_repeat: flags & 8 != 0,
            id: (flags & 6 != 0).then_some(number + 1),
            topic: topic.clone().into(),
            payload: Bytes::from(payload).slice(..(4 * (1 + size / 4)).min(4_096)),
            properties: None,
            is_unread: true,
        });
    }
    match protocol {
        Protocol::Mqtt5 => match rumqttc::Packet::read(&mut stream, None) {
            Ok(rumqttc::Packet::Publish(read)) => {
                let said = read.properties;
                Some(Said {
                    qos: read.qos as u8,
                    is_retained: read.retain,
                    is_repeat: read.dup,
                    id: (read.pkid > 0).then_some(read.pkid),
                    topic: read.topic,
                    payload: read.payload,
                    properties: said.and_then(|said| {
                        Properties::bounded(said.content_type, said.user_properties)
                    }),
                    is_unread: false,
                })
            }
            other => panic!("{other:?}"),
        },
        Protocol::Mqtt311 => match rumqttc_v4::Packet::read(&mut stream, 1 << 28) {
            Ok(rumqttc_v4::Packet::Publish(read)) => Some(Said {
                qos: read.qos as u8,
                is_retained: read.retain,
                is_repeat: read.dup,
                id: (read.pkid > 0).then_some(read.pkid),
                topic: read.topic,
                payload: read.payload,
                properties: None,
                is_unread: false,
            }),
            other => panic!("{other:?}"),
        },
    }
}

fn said(got: Got<Receipt>) -> Option<Said> {
    let Got::Message {
        topic,
        payload,
        qos,
        retain,
        dup,
        properties,
        unread,
        ack,
    } = got
    else {
        return None;
    };
    let id = ack.map(|ack| {
        let (Receipt::AtLeastOnce(id) | Receipt::ExactlyOnce(id)) = ack;
        assert_eq!(qos.code() == 2, matches!(ack, Receipt::ExactlyOnce(_)));
        id
    });
    Some(Said {
        qos: qos.code(),
        is_retained: retain,
        is_repeat: dup,
        id,
        topic,
        payload,
        properties: properties.map(|some| *some),
        is_unread: unread.is_some(),
    })
}

/// A broker that accepts one client, sends it all of this in these pieces, and hangs up.
async fn broker(
    listener: TcpListener,
    connack: &'static [u8],
    stream: Vec<u8>,
    pieces: Vec<usize>,
) {
    let (mut client, _) = listener.accept().await.unwrap();
    client.set_nodelay(true).unwrap();
    let mut connect = [0; 1_024];
    assert!(client.read(&mut connect).await.unwrap() > 0);
    client.write_all(connack).await.unwrap();
    let (mut at, mut pieces) = (0, pieces.iter().cycle());
    while let (true, Some(piece)) = (at < stream.len(), pieces.next()) {
        let end = (at + piece.max(&(stream.len() / 40))).min(stream.len());
        client.write_all(&stream[at..end]).await.unwrap();
        at = end;
        if piece % 2 == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    client.shutdown().await.unwrap();
    while client.read(&mut connect).await.is_ok_and(|count| count > 0) {}
}

/// What comes of a stream, and what is counted as lost.
async fn read_all<W: Wire<Ack = Receipt>>(
    protocol: Protocol,
    stream: Vec<u8>,
    pieces: Vec<usize>,
) -> (Vec<Said>, Lost) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let spec = Arc::new(ConnectionSpec {
        protocol,
        tls: None,
        ..ConnectionSpec::new("127.0.0.1", listener.local_addr().unwrap().port(), "c")
    });
    let connack: &[u8] = match protocol {
        Protocol::Mqtt5 => &[0x20, 3, 0, 0, 0],
        Protocol::Mqtt311 => &[0x20, 2, 0, 0],
    };
    let broker = tokio::spawn(broker(listener, connack, stream, pieces));
    let dialler = Dialler::new(Arc::clone(&spec), Arc::new(Probe::default()));
    let (_client, mut wire) = W::open(&spec, dialler);
    let mut all = Vec::new();
    let end = async {
        loop {
            match wire.poll().await {
                Ok(got) => all.extend(said(got)),
                Err(end) => return end,
            }
        }
    };
    let end = timeout(Duration::from_secs(20), end).await.unwrap();
    assert!(end.is_closed(), "{end:?}");
    while let Some(got) = wire.leftover() {
        all.extend(said(got));
    }
    let lost = wire.lost();
    drop(wire);
    broker.await.unwrap();
    (all, lost)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the stream is cut, in both versions: each message comes once, in order, as the library would have read it,
    /// be it that it went through the library, past it, or by a stand-in.
    #[test]
    fn what_comes_is_what_the_library_reads(
        list in prop::collection::vec(sent(), 0..60),
        pieces in prop::collection::vec(prop_oneof![1_usize..9, 1_usize..300, 1_usize..30_000], 1..20),
        is_v5 in any::<bool>(),
    ) {
        let protocol = if is_v5 { Protocol::Mqtt5 } else { Protocol::Mqtt311 };
        let numbered = || list.iter().zip(0_u16..);
        let stream: Vec<u8> = numbered().flat_map(|(sent, number)| packet(sent, number, is_v5)).collect();
        let expected: Vec<Said> = numbered().filter_map(|(sent, number)| expected(sent, number, protocol)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (all, lost) = runtime.block_on(async {
            if is_v5 {
                read_all::<v5::Reader>(protocol, stream, pieces).await
            } else {
                read_all::<v311::Reader>(protocol, stream, pieces).await
            }
        });
        for (came, expected) in all.iter().zip(&expected) {
            prop_assert_eq!(came, expected);
        }
        prop_assert_eq!(all.len(), expected.len());
        prop_assert_eq!(lost, Lost::default());
    }
}
