//! What a hostile broker can make this side take, by a counting allocator. Alone in its process, one test after the other.

// Only `#[test]` functions are excused by clippy.toml, and helpers fail a test the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    alloc::System,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};
use twin_connect::{ConnectionSpec, Inbound, LinkState, Protocol, Qos, Session, Subscription, run};
use twin_core::Timestamp;

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: usize = 1 << 20;

/// Bytes in use now beyond those at the beginning of the region.
fn in_use(region: &Region<'_, System>) -> usize {
    // Growing in place is counted with the rest.
    let change = region.change();
    change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
}

/// Looks all the time.
struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Watch {
    fn start() -> Watch {
        let is_over = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let region = Region::new(GLOBAL);
            let mut most = 0;
            while !watched.load(Ordering::Relaxed) {
                most = most.max(in_use(&region));
                std::thread::sleep(Duration::from_micros(100));
            }
            most
        });
        Watch { is_over, thread }
    }

    /// The most that was in use at a time.
    fn stop(self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn spec(port: u16, protocol: Protocol, session: Session) -> ConnectionSpec {
    ConnectionSpec {
        protocol,
        tls: None,
        session,
        subscriptions: vec![Subscription::new("#", Qos::AtLeastOnce)],
        ..ConnectionSpec::new("127.0.0.1", port, "desk")
    }
}

async fn accept(listener: &TcpListener, protocol: Protocol) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = [0; 1_024];
    assert!(stream.read(&mut buffer).await.unwrap() > 0);
    let connack: &[u8] = match protocol {
        Protocol::Mqtt5 => &[0x20, 3, 0, 0, 0],
        Protocol::Mqtt311 => &[0x20, 2, 0, 0],
    };
    stream.write_all(connack).await.unwrap();
    assert!(stream.read(&mut buffer).await.unwrap() > 0);
    stream
}

/// A message that is much too large: `size` bytes behind its `head`.
async fn a_message_beyond_all_limits(protocol: Protocol, head: &'static [u8], size: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let broker = tokio::spawn(async move {
        static NOTHING: [u8; 64 << 10] = [0; 64 << 10];
        let mut stream = accept(&listener, protocol).await;
        for _ in 0..2 {
            stream.write_all(head).await.unwrap();
            let mut left = size;
            while left > 0 {
                let piece = left.min(NOTHING.len());
                stream.write_all(&NOTHING[..piece]).await.unwrap();
                left -= piece;
            }
        }
        sleep(Duration::from_secs(60)).await;
    });
    let (sender, mut inbox) = mpsc::channel(100);
    let (_commands, receiver) = mpsc::channel(100);
    let region = Region::new(GLOBAL);
    let spec = spec(port, protocol, Session::Clean);
    let connection = tokio::spawn(run(spec, sender, receiver, || Timestamp(1)));
    let mut seen = 0;
    while seen < 2 {
        let item = timeout(Duration::from_secs(30), inbox.recv()).await;
        match item.unwrap().unwrap() {
            Inbound::Unreadable { topic, detail, .. } => {
                assert!(
                    topic == "a" && detail.contains("at all"),
                    "{topic}: {detail}"
                );
                seen += 1;
            }
            Inbound::Link {
                state: LinkState::Down { reason },
                ..
            } => panic!("{reason}"),
            _ => {}
        }
    }
    // All that was ever taken, whether it was given back or not.
    let taken = region.change().bytes_allocated;
    assert!(taken < 32 * MIB, "{protocol}: {taken}");
    connection.abort();
    broker.abort();
}

/// Messages of 4 MB each, as fast as they go: no more than a few of them are in memory at any time.
async fn large_messages_do_not_pile_up(protocol: Protocol) {
    const COUNT: usize = 60;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let broker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            static PAYLOAD: [u8; 4_000_000] = [0; 4_000_000];
            let mut stream = accept(&listener, protocol).await;
            for _ in 0..COUNT {
                // 4,000,004 bytes, of which the first few are the topic, and no properties.
                let head = [0x30, 0x84, 0x92, 0xf4, 1, 0, 1, b'a', 0];
                stream.write_all(&head).await.unwrap();
                stream.write_all(&PAYLOAD).await.unwrap();
            }
            sleep(Duration::from_secs(1)).await;
        });
    });
    let (sender, mut inbox) = mpsc::channel(100);
    let (_commands, receiver) = mpsc::channel(100);
    let spec = spec(port, protocol, Session::Clean);
    let connection = tokio::spawn(run(spec, sender, receiver, || Timestamp(1)));
    let watch = Watch::start();
    let mut seen = 0;
    while seen < COUNT {
        let item = timeout(Duration::from_secs(30), inbox.recv()).await;
        seen += usize::from(matches!(item, Ok(Some(Inbound::Unreadable { .. }))));
    }
    let most = watch.stop();
    assert!(most < 32 * MIB, "{protocol}: {most}");
    connection.abort();
    broker.join().unwrap();
}

/// Small messages to be held, each between large ones that nobody takes: what is held must not keep the large ones.
async fn little_is_held_of_a_flood(protocol: Protocol) {
    const COUNT: u16 = 2_000;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let broker = tokio::spawn(async move {
        let mut stream = accept(&listener, protocol).await;
        let none: &[u8] = if protocol == Protocol::Mqtt5 {
            &[0]
        } else {
            &[]
        };
        let size = u8::try_from(none.len()).unwrap();
        // 16 KiB of QoS 0.
        let large = [
            &[0x30, 0x83 + size, 0x80, 1, 0, 1, b'a'],
            none,
            &[b'x'; 16_384],
        ]
        .concat();
        for id in 1..=COUNT {
            let [high, low] = id.to_be_bytes();
            let small = [&[0x32, 6 + size, 0, 1, b'a', high, low], none, b"x"].concat();
            stream.write_all(&small).await.unwrap();
            stream.write_all(&large).await.unwrap();
        }
        sleep(Duration::from_secs(60)).await;
    });
    let (sender, mut inbox) = mpsc::channel(2);
    let (_commands, receiver) = mpsc::channel(100);
    let region = Region::new(GLOBAL);
    let spec = spec(port, protocol, Session::Clean);
    let connection = tokio::spawn(run(spec, sender, receiver, || Timestamp(1)));
    sleep(Duration::from_secs(3)).await;
    let held = in_use(&region);
    assert!(held < 6 * MIB, "{protocol}: {held}");
    let (mut small, mut large, mut dropped) = (0, 0, 0);
    while small < COUNT || large + dropped < u64::from(COUNT) {
        let item = timeout(Duration::from_secs(30), inbox.recv()).await;
        match item.unwrap().unwrap() {
            Inbound::Message { ack: Some(_), .. } => small += 1,
            Inbound::Message { .. } => large += 1,
            Inbound::Dropped { count, .. } => dropped += count,
            _ => {}
        }
    }
    assert_eq!((small, large + dropped), (COUNT, u64::from(COUNT)));
    connection.abort();
    broker.abort();
}

#[tokio::test]
async fn memory_stays_small_whatever_a_broker_sends() {
    for protocol in [Protocol::Mqtt5, Protocol::Mqtt311] {
        // Of 256 MB.
        let head = b"\x32\xff\xff\xff\x7f\0\x01a\0\x07\0";
        let head = &head[..if protocol == Protocol::Mqtt5 { 11 } else { 10 }];
        a_message_beyond_all_limits(protocol, head, 268_435_460 - head.len()).await;
        large_messages_do_not_pile_up(protocol).await;
        little_is_held_of_a_flood(protocol).await;
    }
    // Of 8 MB that are nothing but properties.
    let head = b"\x30\x80\x80\x80\x04\0\x01a\xf9\xff\xff\x03";
    a_message_beyond_all_limits(Protocol::Mqtt5, head, 8_388_601).await;
}
