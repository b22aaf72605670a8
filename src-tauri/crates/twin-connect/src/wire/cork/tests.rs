use std::{collections::VecDeque, future::poll_fn, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::wire::beside::HELD_MAX;

mod cut;

const LIMIT: usize = 200_000;

fn cork(room: usize) -> (Beside, Cork<DuplexStream>, DuplexStream) {
    let (ours, peer) = duplex(room);
    let waiting = Beside::new();
    (
        waiting.clone(),
        Cork::new(ours, waiting, Frames::new(false, LIMIT)),
        peer,
    )
}

/// What has arrived at the other end.
async fn arrived(peer: &mut DuplexStream) -> Vec<u8> {
    let mut seen = vec![0; 1_024];
    let read = tokio::time::timeout(Duration::from_millis(50), peer.read(&mut seen)).await;
    seen.truncate(read.map_or(0, Result::unwrap));
    seen
}

async fn looks(cork: &mut Cork<DuplexStream>) {
    let mut space = [0; 8];
    let mut buf = ReadBuf::new(&mut space);
    let read = poll_fn(|cx| Poll::Ready(Pin::new(&mut *cork).poll_read(cx, &mut buf))).await;
    assert!(read.is_pending());
}

#[tokio::test]
async fn they_leave_together_when_the_library_looks_for_more() {
    let (waiting, mut cork, mut peer) = cork(1_024);
    for id in 1..=3 {
        assert!(waiting.put(id * 256));
    }
    assert_eq!(arrived(&mut peer).await, []);
    looks(&mut cork).await;
    let all = [64, 2, 1, 0, 64, 2, 2, 0, 64, 2, 3, 0];
    assert_eq!(arrived(&mut peer).await, all);
    looks(&mut cork).await;
    assert_eq!(arrived(&mut peer).await, []);
}

#[tokio::test]
async fn other_packets_go_behind_those_that_wait() {
    let (waiting, mut cork, mut peer) = cork(1_024);
    waiting.put(1);
    cork.write_all(&[0xe0, 0]).await.unwrap();
    cork.flush().await.unwrap();
    assert_eq!(arrived(&mut peer).await, [64, 2, 0, 1, 0xe0, 0]);
}

#[tokio::test]
async fn they_never_leave_in_the_middle_of_a_packet() {
    let (waiting, mut cork, mut peer) = cork(6);
    let packet = [0x30, 8, 0, 1, b'a', b'b', b'c', b'd', b'e', b'f'];
    assert_eq!(cork.write(&packet).await.unwrap(), 6);
    waiting.put(1);
    assert_eq!(arrived(&mut peer).await, packet[..6]);
    looks(&mut cork).await;
    assert_eq!(cork.write(&packet[6..]).await.unwrap(), 4);
    assert_eq!(arrived(&mut peer).await, packet[6..]);
    looks(&mut cork).await;
    assert_eq!(arrived(&mut peer).await, [64, 2, 0, 1]);
}

#[tokio::test]
async fn there_is_room_for_all_packet_identifiers_and_all_leave_before_the_end() {
    let (waiting, mut cork, mut peer) = cork(1 << 20);
    assert!((1..=u16::MAX).all(|id| waiting.put(id)));
    assert!(!waiting.put(1));
    cork.shutdown().await.unwrap();
    let mut seen = Vec::new();
    peer.read_to_end(&mut seen).await.unwrap();
    assert_eq!(seen.len(), HELD_MAX);
    assert!(seen.ends_with(&[64, 2, 255, 255]));
}

#[tokio::test]
async fn a_ping_waits_once_and_leaves_in_order() {
    let (beside, mut cork, mut peer) = cork(1_024);
    beside.put(1);
    beside.ping();
    beside.ping();
    beside.put(2);
    looks(&mut cork).await;
    assert_eq!(
        arrived(&mut peer).await,
        [64, 2, 0, 1, 0xc0, 0, 64, 2, 0, 2]
    );
    beside.ping();
    looks(&mut cork).await;
    assert_eq!(arrived(&mut peer).await, [0xc0, 0]);
}

/// What happens to a stream, step by step; at its end it is closed.
#[derive(Debug)]
struct Script {
    reads: VecDeque<Result<Vec<u8>, io::ErrorKind>>,
    /// Room for writes; none if they fail.
    room: Option<usize>,
    taken: Vec<u8>,
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.reads.pop_front() {
            // Nothing is there for a moment.
            Some(Ok(bytes)) if bytes.is_empty() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Ok(mut bytes)) => {
                let rest = bytes.split_off(bytes.len().min(buf.remaining()));
                if !rest.is_empty() {
                    self.reads.push_front(Ok(rest));
                }
                buf.put_slice(&bytes);
                Poll::Ready(Ok(()))
            }
            Some(Err(kind)) => Poll::Ready(Err(kind.into())),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(room) = self.room else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        let count = room.min(buf.len());
        if count == 0 {
            // As much again next time.
            self.room = Some(3);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.room = Some(room - count);
        self.taken.extend_from_slice(&buf[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const MESSAGE: [u8; 5] = [0x30, 3, 0, 1, b'a'];
const DISCONNECT: [u8; 4] = [0xe0, 2, 0x8b, 0];

fn scripted(
    reads: Vec<Result<Vec<u8>, io::ErrorKind>>,
    room: Option<usize>,
) -> (Beside, Cork<Script>) {
    let beside = Beside::new();
    let script = Script {
        reads: reads.into(),
        room,
        taken: Vec::new(),
    };
    (
        beside.clone(),
        Cork::new(script, beside, Frames::new(false, LIMIT)),
    )
}

/// What the library reads in batches: each ends where nothing seems to be there. The last one is the end.
async fn batches(cork: &mut Cork<Script>) -> (Vec<Vec<u8>>, io::Result<()>) {
    let mut batches = vec![Vec::new()];
    let mut is_first = true;
    loop {
        let mut space = [0; 64];
        let read = if is_first {
            cork.read(&mut space).await
        } else if let Some(read) = cork.read(&mut space).now_or_never() {
            read
        } else {
            is_first = true;
            batches.push(Vec::new());
            continue;
        };
        is_first = false;
        match read {
            Ok(0) => return (batches, Ok(())),
            Ok(count) => batches
                .last_mut()
                .unwrap()
                .extend_from_slice(&space[..count]),
            Err(error) => return (batches, Err(error)),
        }
    }
}

#[tokio::test]
async fn the_end_never_shares_a_batch_with_messages() {
    for end in [None, Some(io::ErrorKind::ConnectionReset)] {
        let mut reads = vec![Ok(MESSAGE.repeat(20))];
        reads.extend(end.map(Err));
        let (_, mut cork) = scripted(reads, Some(0));
        let (batches, result) = batches(&mut cork).await;
        assert_eq!(batches, [MESSAGE.repeat(20), Vec::new()], "{end:?}");
        assert_eq!(result.err().map(|error| error.kind()), end);
    }
}

#[tokio::test]
async fn what_was_given_out_is_not_kept() {
    const COUNT: usize = BUFFER;
    // Each read ends with the first byte of the next message.
    let all = MESSAGE.repeat(COUNT);
    let mut reads = vec![Ok(all[..1].to_vec())];
    reads.extend(all[1..].chunks(5).map(|piece| Ok(piece.to_vec())));
    let (_, mut cork) = scripted(reads, Some(0));
    let (batches, _) = batches(&mut cork).await;
    assert_eq!(batches.concat(), all);
    assert!(cork.kept.capacity() <= BUFFER, "{}", cork.kept.capacity());
}

#[tokio::test]
async fn what_may_be_the_last_word_never_shares_a_batch_with_messages() {
    let all = [&MESSAGE.repeat(20)[..], &DISCONNECT, &MESSAGE].concat();
    let (beside, mut cork) = scripted(vec![Ok(all)], Some(0));
    let (batches, _) = batches(&mut cork).await;
    assert_eq!(
        batches,
        [
            MESSAGE.repeat(20),
            [&DISCONNECT[..], &MESSAGE].concat(),
            Vec::new()
        ]
    );
    assert_eq!(beside.seen().tally.plain, 21);
}

#[tokio::test]
async fn a_write_that_fails_does_not_hide_what_the_broker_said() {
    let reads = vec![
        Ok(MESSAGE.to_vec()),
        Ok(DISCONNECT.to_vec()),
        Ok(Vec::new()),
    ];
    let (beside, mut cork) = scripted(reads, None);
    beside.put(7);
    let (seen, result) = batches(&mut cork).await;
    assert_eq!(seen.concat(), [&MESSAGE[..], &DISCONNECT].concat());
    assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(cork.write(&[0xe0, 0]).await.unwrap(), 2, "thrown away");
    cork.flush().await.unwrap();
}

#[tokio::test]
async fn a_packet_that_gets_nowhere_is_no_sign_of_life() {
    let head = vec![0x30, 0xff, 0xff, 0x03, 0, 1, b'a'];
    let reads = vec![
        Ok(head),
        Ok(vec![b'a'; PROGRESS / 2]),
        Ok(vec![b'a'; PROGRESS]),
    ];
    let (beside, mut cork) = scripted(reads, Some(0));
    let mut space = [0; PROGRESS];
    for is_life in [false, false, true] {
        assert!(cork.read(&mut space).await.unwrap() > 0);
        assert_eq!(beside.seen().heard.is_some(), is_life);
    }
}

proptest! {
    /// However reads and writes are cut: every byte is read once and in order; what is written are whole packets, those of
    /// the library in order and whole among the acknowledgements.
    #[test]
    fn nothing_is_lost_doubled_or_torn(
        packets in prop::collection::vec(prop_oneof![Just(&MESSAGE[..]), Just(&DISCONNECT[..]), Just(&[0xd0, 0][..]), Just(&[0x90, 3, 0, 1, 0][..])], 0..40),
        pieces in prop::collection::vec(0_usize..90, 1..40),
        ids in prop::collection::vec(1_u16..500, 0..40),
        ours in prop::collection::vec(1_usize..40, 0..10),
    ) {
        let stream: Vec<u8> = packets.concat();
        let (mut reads, mut at) = (Vec::new(), 0);
        for piece in &pieces {
            let end = (at + piece).min(stream.len());
            reads.push(Ok(stream[at..end].to_vec()));
            at = end;
        }
        reads.push(Ok(stream[at..].to_vec()));
        let (beside, mut cork) = scripted(reads, Some(5));
        let mut ours = ours.iter().map(|size| {
            let mut packet = vec![0x32, u8::try_from(*size).unwrap()];
            packet.resize(size + 2, 0xff);
            packet
        });
        let (mut read, mut sent, mut acked) = (Vec::new(), Vec::new(), ids.iter());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            loop {
                if let Some(id) = acked.next() {
                    beside.put(*id);
                }
                if let Some(packet) = ours.next() {
                    cork.write_all(&packet).await.unwrap();
                    sent.push(packet);
                }
                let mut space = [0; 7];
                match cork.read(&mut space).await.unwrap() {
                    0 if acked.len() == 0 && ours.len() == 0 => break,
                    count => read.extend_from_slice(&space[..count]),
                }
            }
            cork.shutdown().await.unwrap();
        });
        prop_assert_eq!(read, stream);
        let (mut written, mut seen_ids, mut seen_ours) = (&cork.stream.taken[..], Vec::new(), Vec::new());
        while let [first, size, rest @ ..] = written {
            let (body, rest) = rest.split_at(usize::from(*size));
            match first {
                0x40 => seen_ids.push(u16::from_be_bytes([body[0], body[1]])),
                _ => seen_ours.push([&[*first, *size][..], body].concat()),
            }
            written = rest;
        }
        prop_assert_eq!(seen_ids, ids);
        prop_assert_eq!(seen_ours, sent);
    }
}

#[tokio::test]
async fn a_batch_ends_although_there_is_more() {
    let message = [&[0x30, 0xff, 0x3f, 0, 1, b'a'][..], &[b'x'; 8_188]].concat();
    let count = BATCH / message.len() + 2;
    let (_, mut cork) = scripted(vec![Ok(message.repeat(count))], Some(0));
    let mut space = vec![0; message.len()];
    let mut read = 0;
    while let Some(count) = cork.read(&mut space).now_or_never() {
        read += count.unwrap();
    }
    assert!((BATCH..BATCH + message.len()).contains(&read), "{read}");
    assert!(
        cork.read(&mut space).await.unwrap() > 0,
        "and the next begins"
    );
}

/// However it is cut, and wherever between others it comes.
#[tokio::test]
async fn a_message_with_too_many_properties_is_replaced_and_the_others_pass() {
    let weight = 65_537_usize;
    let head = b"\x32\x90\x80\x04\0\x01a\0\x07\x81\x80\x04";
    let large = [&head[..], &vec![0x26; weight], b"payload"].concat();
    assert_eq!(large.len(), 4 + 0x10010);
    let small = [0x30, 4, 0, 1, b'a', 0];
    let all = [&small[..], &large, &DISCONNECT, &large, &small].concat();
    for size in [1, 3, 1_000, all.len()] {
        let reads = all.chunks(size).map(|piece| Ok(piece.to_vec())).collect();
        let beside = Beside::new();
        let script = Script {
            reads,
            room: Some(0),
            taken: Vec::new(),
        };
        let mut cork = Cork::new(script, beside.clone(), Frames::new(true, LIMIT));
        let (batches, _) = batches(&mut cork).await;
        let seen = batches.concat();
        let rest = seen.strip_prefix(&small[..]).unwrap();
        let (first, rest) = rest.split_at(rest.len() / 2 - 5);
        let behind = [&DISCONNECT[..], first, &small].concat();
        assert_eq!(rest, behind, "{size}");
        assert_eq!((first[0], &first[3..9]), (0x32, &b"\0\x01x\0\x07\0"[..]));
        let payload = Bytes::copy_from_slice(&first[9..]);
        let replaced = beside.mark().read(&payload).unwrap();
        let why = replaced.unread.detail;
        assert!(why.contains("65537 bytes of properties"), "{why}");
        assert_eq!(replaced.unread.payload, 7);
        assert_eq!(
            (&replaced.topic[..], &replaced.excerpt[..]),
            (&b"a"[..], &b"payload"[..])
        );
        let tally = beside.seen().tally;
        assert_eq!((tally.plain, tally.acked, tally.packets), (2, 2, 5));
    }
}

/// The end comes in the middle of it.
#[tokio::test]
async fn a_message_that_is_thrown_away_and_never_ends_leaves_nothing() {
    let head = b"\x32\xff\xff\xff\x7f\0\x01a\0\x07".to_vec();
    let reads = vec![Ok(MESSAGE.to_vec()), Ok(head), Ok(vec![b'x'; 100_000])];
    let (beside, mut cork) = scripted(reads, Some(0));
    let (batches, result) = batches(&mut cork).await;
    assert!(result.is_ok());
    assert_eq!(batches.concat(), MESSAGE);
    let seen = beside.seen();
    assert_eq!((seen.tally.plain, seen.tally.acked), (1, 0));
    assert!(seen.heard.is_some() && cork.kept.capacity() < 200_000);
}

/// It gets no further than what came before it, and the broker is told.
#[tokio::test]
async fn a_message_that_cannot_be_acknowledged_is_the_end() {
    let broken = [0x32, 5, 0, 1, b'a', 0, 0];
    let small = [0x30, 4, 0, 1, b'a', 0];
    let all = [&small[..], &broken, &small].concat();
    for size in [1, 7, 8, all.len()] {
        let reads = all.chunks(size).map(|piece| Ok(piece.to_vec())).collect();
        let beside = Beside::new();
        let script = Script {
            reads,
            room: Some(100),
            taken: Vec::new(),
        };
        let mut cork = Cork::new(script, beside.clone(), Frames::new(true, LIMIT));
        let (batches, end) = batches(&mut cork).await;
        assert_eq!(batches.concat(), small);
        assert_eq!(batches.last().unwrap().len(), 0, "it shares no batch");
        let end = end.unwrap_err().to_string();
        assert!(end.contains("packet identifier is 0"), "{end}");
        assert_eq!(cork.stream.taken, [0xe0, 1, 0x81]);
        let tally = beside.seen().tally;
        assert_eq!((tally.plain, tally.acked), (1, 1));
    }
}
