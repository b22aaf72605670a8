//! A WebSocket as it comes from a broker, with large frames cut into small ones.
//!
//! The WebSocket library hands a message out when all of it is there. A broker may put any number of bytes for MQTT into one
//! frame; where frames begin and end means nothing to MQTT (MQTT 5, 6). So each binary frame is turned into messages of
//! few bytes before the library sees it, and nothing large is ever held.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes of a piece, and of what is read at once.
const PIECE: usize = 16 << 10;
/// What ends the head of the answer to the handshake (RFC 9112, 2.1).
const ANSWER_END: [u8; 4] = *b"\r\n\r\n";
/// A text frame without text, and a whole binary message (RFC 6455, 5.2).
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;

/// The stream below, for the library to read from.
#[derive(Debug)]
pub(crate) struct Pieces<S> {
    inner: S,
    read: Box<[u8]>,
    /// What of it is still to be looked at.
    at: usize,
    end: usize,
    /// The head of a frame, as far as it is there.
    head: Vec<u8>,
    /// To be handed out before anything else.
    out: Vec<u8>,
    state: State,
    /// The message to which the next continuation frame belongs is a binary one.
    is_binary: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In the answer to the handshake; so many bytes of its end are there.
    Answer(usize),
    /// In the head of a frame, which is gathered.
    Head,
    /// So many bytes pass, and behind them comes so much more of the same frame.
    Piece { left: usize, rest: u64 },
    /// All the rest passes: it is for the library to refuse.
    Rest,
}

impl<S> Pieces<S> {
    /// Before the handshake.
    pub(crate) fn new(inner: S) -> Self {
        Pieces {
            inner,
            read: vec![0; PIECE].into(),
            at: 0,
            end: 0,
            head: Vec::new(),
            out: Vec::new(),
            state: State::Answer(0),
            is_binary: false,
        }
    }

    /// Begins the next piece of a frame of which so much is to come.
    fn begin(&mut self, rest: u64) {
        let left = usize::try_from(rest).map_or(PIECE, |rest| rest.min(PIECE));
        match u8::try_from(left) {
            Ok(short @ 0..126) => self.out.extend([BINARY, short]),
            _ => {
                let [.., high, low] = left.to_be_bytes();
                self.out.extend([BINARY, 126, high, low]);
            }
        }
        let rest = rest - left as u64;
        self.state = State::Piece { left, rest };
    }

    /// Takes the head of a frame in, as far as it is there.
    fn gather(&mut self) {
        while self.at < self.end {
            self.head.push(self.read[self.at]);
            self.at += 1;
            if let Some(size) = size(&self.head) {
                let head = std::mem::take(&mut self.head);
                return self.frame(head, size);
            }
        }
    }

    /// The head of a frame of so many bytes is there.
    fn frame(&mut self, head: Vec<u8>, size: u64) {
        let (first, second) = (head[0], head[1]);
        match first & 0x7f {
            // Text ends the link, whatever it says.
            1 => {
                self.out.extend([TEXT, 0]);
                self.state = State::Rest;
            }
            0 | 2 if second & 0x80 == 0 && (self.is_binary || first & 2 != 0) => {
                self.is_binary = first & 0x80 == 0;
                self.begin(size);
            }
            8..=10 if second < 126 => {
                self.out = head;
                let left = second.into();
                self.state = State::Piece { left, rest: 0 };
            }
            _ => {
                self.out = head;
                self.state = State::Rest;
            }
        }
    }

    /// How many of these bytes belong to the answer, which ends with an empty line.
    fn answer(&mut self, mut matched: usize, bytes: usize) -> usize {
        for (index, byte) in self.read[self.at..self.at + bytes].iter().enumerate() {
            matched = match (*byte == ANSWER_END[matched], *byte) {
                (true, _) => matched + 1,
                (false, b'\r') => 1,
                (false, _) => 0,
            };
            if matched == ANSWER_END.len() {
                self.state = State::Head;
                return index + 1;
            }
        }
        self.state = State::Answer(matched);
        bytes
    }

    /// How many of the bytes that are there pass now, if so many fit.
    fn pass(&mut self, room: usize) -> usize {
        let bytes = room.min(self.end - self.at);
        match self.state {
            State::Answer(matched) => self.answer(matched, bytes),
            State::Piece { left, rest } => {
                let bytes = bytes.min(left);
                let left = left - bytes;
                self.state = State::Piece { left, rest };
                bytes
            }
            State::Head | State::Rest => bytes,
        }
    }
}

/// The size of the frame that has this head (RFC 6455, 5.2), once all of the head is there. A mask is no part of it.
fn size(head: &[u8]) -> Option<u64> {
    let (_, [length, long @ ..]) = head.split_first()? else {
        return None;
    };
    match length & 0x7f {
        126 => long.try_into().ok().map(u16::from_be_bytes).map(u64::from),
        127 => long.try_into().ok().map(u64::from_be_bytes),
        short => Some(short.into()),
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Pieces<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.out.is_empty() {
                let length = this.out.len().min(buf.remaining());
                buf.put_slice(&this.out[..length]);
                this.out.drain(..length);
                return Poll::Ready(Ok(()));
            }
            match this.state {
                State::Piece { left: 0, rest: 0 } => this.state = State::Head,
                State::Piece { left: 0, rest } => {
                    this.begin(rest);
                    continue;
                }
                _ => {}
            }
            if this.at == this.end {
                let mut read = ReadBuf::new(&mut this.read);
                ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
                (this.at, this.end) = (0, read.filled().len());
                if this.end == 0 {
                    return Poll::Ready(Ok(()));
                }
            }
            if matches!(this.state, State::Head) {
                this.gather();
                continue;
            }
            let length = this.pass(buf.remaining());
            buf.put_slice(&this.read[this.at..this.at + length]);
            this.at += length;
            return Poll::Ready(Ok(()));
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Pieces<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncReadExt;

    use super::*;

    /// A frame as a broker sends it.
    fn frame(first: u8, body: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match body.len() {
            short @ 0..126 => frame.push(u8::try_from(short).unwrap()),
            middle @ 126..65_536 => {
                frame.push(126);
                frame.extend(u16::try_from(middle).unwrap().to_be_bytes());
            }
            long => {
                frame.push(127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend(body);
        frame
    }

    const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\r\n\r\n";

    /// What the library reads of this, in steps of so many bytes.
    fn read(all: &[u8], step: usize) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let chunks = all.chunks(step.max(100)).map(|chunk| Ok(chunk.to_vec()));
            let mock = Script(chunks.collect());
            let (mut pieces, mut seen, mut space) = (Pieces::new(mock), Vec::new(), vec![0; step]);
            loop {
                match pieces.read(&mut space).await.unwrap() {
                    0 => return seen,
                    count => seen.extend(&space[..count]),
                }
            }
        })
    }

    /// Reads in these pieces.
    struct Script(std::collections::VecDeque<io::Result<Vec<u8>>>);

    impl AsyncRead for Script {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some(mut bytes) = self.0.pop_front().transpose()? {
                let rest = bytes.split_off(bytes.len().min(buf.remaining()));
                if !rest.is_empty() {
                    self.0.push_front(Ok(rest));
                }
                buf.put_slice(&bytes);
            }
            Poll::Ready(Ok(()))
        }
    }

    /// The frames in it: first byte and content.
    fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let mut frames = Vec::new();
        while !bytes.is_empty() {
            let head = (2..).find(|end| size(&bytes[..*end]).is_some()).unwrap();
            let length = usize::try_from(size(&bytes[..head]).unwrap()).unwrap();
            frames.push((bytes[0], bytes[head..head + length].to_vec()));
            bytes = &bytes[head + length..];
        }
        frames
    }

    proptest! {
        /// However it is cut, and in whatever fragments it comes: the same bytes, in whole messages of few bytes each, and
        /// control frames as they were.
        #[test]
        fn binary_frames_become_small_messages_of_the_same_bytes(
            messages in prop::collection::vec(prop::collection::vec(prop_oneof![0_usize..300, 65_000..70_000_usize], 1..4), 0..4),
            step in prop_oneof![1_usize..50, 5_000..100_000_usize],
        ) {
            let (mut all, mut bytes, mut pings) = (ANSWER.to_vec(), Vec::new(), 0);
            for fragments in messages {
                let last = fragments.len() - 1;
                for (index, length) in fragments.into_iter().enumerate() {
                    let first = if index == 0 { 2 } else { 0 } | if index == last { 0x80 } else { 0 };
                    let body: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
                    all.extend(frame(first, &body));
                    all.extend(frame(0x89, b"ping"));
                    bytes.extend(body);
                    pings += 1;
                }
            }
            let seen = read(&all, step);
            let seen = frames(seen.strip_prefix(ANSWER).unwrap());
            prop_assert_eq!(seen.iter().filter(|frame| **frame == (0x89, b"ping".to_vec())).count(), pings);
            let binary: Vec<_> = seen.into_iter().filter(|(first, _)| *first != 0x89).collect();
            prop_assert!(binary.iter().all(|(first, body)| *first == BINARY && body.len() <= PIECE));
            prop_assert_eq!(binary.into_iter().flat_map(|(_, body)| body).collect::<Vec<_>>(), bytes);
        }

        /// Whatever comes, it ends, and what is no binary frame passes for the library to refuse.
        #[test]
        fn nothing_upsets_it(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
            let all = [ANSWER, &bytes].concat();
            let seen = read(&all, step);
            prop_assert!(seen.starts_with(ANSWER));
        }
    }

    #[test]
    fn what_no_broker_may_send_passes_as_it_is() {
        let masked = [0x82, 0x81, 1, 2, 3, 4, b'x'];
        let reserved = frame(0xc2, b"x");
        let lonely = frame(0x80, b"x");
        let long_ping = frame(0x89, &[b'x'; 126]);
        for bad in [&masked[..], &reserved, &lonely, &long_ping] {
            let seen = read(&[ANSWER, bad].concat(), 64);
            assert_eq!(seen.strip_prefix(ANSWER), Some(bad));
        }
        let text = read(&[ANSWER, &frame(0x81, b"hello")].concat(), 64);
        assert!(text.strip_prefix(ANSWER).unwrap().starts_with(&[TEXT, 0]));
    }
}
