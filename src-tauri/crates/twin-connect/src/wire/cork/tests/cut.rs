//! Messages that are cut out of the stream, and their order among those that go through the library.

use std::task::Waker;

use super::*;
use crate::wire::place::CUT_MAX;

const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

/// A message on the topic `a`.
fn message(qos: u8, number: u16, size: usize) -> Vec<u8> {
    let number = number.to_be_bytes();
    let id: &[u8] = if qos > 0 { &[0, 7] } else { &[] };
    let mut body = [&b"\0\x01a"[..], id, &number].concat();
    body.resize(body.len() + size, b'x');
    let length = [0, 7, 14].map(|shift| (body.len() >> shift) as u8 & 0x7f);
    let [low, middle, high] = length;
    [
        &[0x30 | qos << 1, low | 0x80, middle | 0x80, high][..],
        &body,
    ]
    .concat()
}

/// The same packet from what was cut out.
fn packet(got: &Got<Receipt>) -> Vec<u8> {
    let Got::Message {
        topic,
        payload,
        qos,
        ack,
        ..
    } = got
    else {
        panic!("{got:?}");
    };
    assert_eq!(topic, "a");
    let is_acked = matches!(ack, Some(Receipt::AtLeastOnce(7)));
    assert_eq!(is_acked, qos.code() == 1);
    let number = u16::from_be_bytes([payload[0], payload[1]]);
    message(qos.code(), number, payload.len() - 2)
}

/// What the library has until nothing seems to be there, and what was cut out by then; true at the end of the stream.
fn turn(cork: &mut Cork<Script>, beside: &Beside) -> (Vec<u8>, VecDeque<Got<Receipt>>, bool) {
    let (mut read, mut messages) = (Vec::new(), VecDeque::new());
    let mut cx = Context::from_waker(Waker::noop());
    let is_over = loop {
        let mut space = [0; 500];
        let mut buf = ReadBuf::new(&mut space);
        match Pin::new(&mut *cork).poll_read(&mut cx, &mut buf) {
            Poll::Pending => break false,
            Poll::Ready(end) if buf.filled().is_empty() => {
                end.unwrap();
                break true;
            }
            Poll::Ready(_) => read.extend_from_slice(buf.filled()),
        }
    };
    beside.messages(&mut messages);
    (read, messages, is_over)
}

proptest! {
    /// However the stream is cut: what goes past the library and what goes through it never come out of one turn, and one
    /// after the other they are the stream.
    #[test]
    fn they_stay_in_order_with_what_goes_through_the_library(
        kinds in prop::collection::vec((0_u8..7, prop_oneof![9 => 0_usize..200, 1 => CUT_MAX - 9..CUT_MAX + 9]), 0..60),
        pieces in prop::collection::vec(prop_oneof![0_usize..300, 0..20_000_usize], 1..40),
    ) {
        let packets: Vec<Vec<u8>> = kinds.iter().enumerate().map(|(number, (kind, size))| match kind {
            0..=2 => message(*kind, number as u16, *size),
            3 => vec![0xd0, 0],
            4 => DISCONNECT.to_vec(),
            _ => message(kind - 5, number as u16, *size),
        }).collect();
        let is_cut = |some: &&Vec<u8>| some[0] & 0xf4 == 0x30 && some.len() <= CUT_MAX;
        let expected = packets.iter().filter(is_cut).count();
        let stream = [&CONNACK[..], &packets.concat()].concat();
        let (mut reads, mut at) = (Vec::new(), 0);
        for piece in pieces.iter().cycle().take(200) {
            let end = (at + piece).min(stream.len());
            reads.push(Ok(stream[at..end].to_vec()));
            at = end;
        }
        reads.push(Ok(stream[at..].to_vec()));
        let (beside, mut cork) = scripted(reads, Some(0));
        let (mut seen, mut count) = (Vec::new(), 0);
        loop {
            let (read, messages, is_over) = turn(&mut cork, &beside);
            prop_assert!(read.is_empty() || messages.is_empty());
            prop_assert!(!is_over || messages.is_empty());
            seen.extend(read);
            count += messages.len();
            seen.extend(messages.iter().flat_map(packet));
            if is_over {
                break;
            }
        }
        prop_assert_eq!(seen, stream);
        prop_assert_eq!(count, expected);
        let tally = beside.seen().tally;
        prop_assert_eq!(tally.packets, packets.len() as u64 + 1);
    }
}

#[test]
fn a_flood_is_handed_over_in_parts_and_its_memory_serves_again() {
    let flood = message(0, 1, 1_000).repeat(2_000);
    let (beside, mut cork) = scripted(vec![Ok(CONNACK.to_vec()), Ok(flood)], Some(0));
    let (mut count, mut places) = (0, std::collections::HashSet::new());
    loop {
        let (_, messages, is_over) = turn(&mut cork, &beside);
        let bytes: usize = messages.iter().map(|some| packet(some).len()).sum();
        assert!(bytes <= BUFFER, "{bytes}");
        count += messages.len();
        let first = messages.front().map(|some| match some {
            Got::Message { topic, .. } => topic.as_ptr(),
            other => panic!("{other:?}"),
        });
        places.extend(first);
        if is_over {
            break;
        }
    }
    assert_eq!(count, 2_000);
    assert!(places.len() < 5, "{} of 30 parts or so", places.len());
}

#[test]
fn nothing_goes_through_the_library_before_those_in_front_of_it_are_taken() {
    let stream = [message(0, 1, 9), message(2, 2, 9), message(0, 3, 9)].concat();
    let reads = vec![Ok(CONNACK.to_vec()), Ok(Vec::new()), Ok(stream)];
    let (beside, mut cork) = scripted(reads, Some(0));
    let mut cx = Context::from_waker(Waker::noop());
    let mut look = || {
        let mut space = [0; 500];
        let mut buf = ReadBuf::new(&mut space);
        let is_there = Pin::new(&mut cork).poll_read(&mut cx, &mut buf).is_ready();
        is_there.then(|| buf.filled().to_vec())
    };
    assert_eq!([look(), look()], [None, Some(CONNACK.to_vec())]);
    // The library may look as often as it likes.
    assert_eq!([look(), look(), look()], [None, None, None]);
    let mut messages = VecDeque::new();
    beside.messages(&mut messages);
    assert_eq!(
        messages.iter().map(packet).collect::<Vec<_>>(),
        [message(0, 1, 9)]
    );
    assert_eq!(look(), Some(message(2, 2, 9)));
}
