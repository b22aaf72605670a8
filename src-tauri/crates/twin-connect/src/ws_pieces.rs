//! A WebSocket as it comes from a broker, with large frames cut into small ones.
//!
//! The WebSocket library hands a message out when all of it is there. A broker may put any number of bytes for MQTT into one
//! frame; where frames begin and end means nothing to MQTT (MQTT 5, 6). So each binary frame is turned into messages of
//! few bytes before the library sees it, and nothing large is ever held. A piece is what has come: it is handed out at once,
//! so that a slow frame is no silence.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes of a piece, and of what is read at once.
pub(crate) const PIECE: usize = 16 << 10;
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
    /// In the answer to the handshake.
    Answer(Line),
    /// In the head of a frame, which is gathered.
    Head,
    /// So many bytes pass, and behind them comes so much more of the same frame.
    Piece { left: usize, rest: u64 },
    /// All the rest passes: it is for the library to refuse.
    Rest,
}

/// Where in the answer: it ends with an empty line. A line may end without CR, and empty ones in front are skipped (RFC 9112,
/// 2.2).
#[derive(Clone, Copy, Debug)]
enum Line {
    /// Nothing but empty lines so far.
    Before,
    /// Within a line.
    Inside,
    /// At its beginning.
    Start,
    /// Behind a CR at its beginning.
    Return,
}

impl Line {
    /// Behind this byte; none behind the empty line.
    fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Line::Before, b'\r' | b'\n') => Some(Line::Before),
            (Line::Start | Line::Return, b'\n') => None,
            (_, b'\n') => Some(Line::Start),
            (Line::Start, b'\r') => Some(Line::Return),
            _ => Some(Line::Inside),
        }
    }
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
            state: State::Answer(Line::Before),
            is_binary: false,
        }
    }

    /// Begins the next piece of a frame of which so much is to come, with what is there of it.
    fn begin(&mut self, rest: u64) {
        let here = self.end - self.at;
        let left = usize::try_from(rest).map_or(here, |rest| rest.min(here));
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
                let mut head = std::mem::take(&mut self.head);
                self.frame(&head, size);
                head.clear();
                self.head = head;
                return;
            }
        }
    }

    /// The head of a frame of so many bytes is there.
    fn frame(&mut self, head: &[u8], size: u64) {
        let (first, second) = (head[0], head[1]);
        match first & 0x7f {
            // Text ends the link, whatever it says.
            1 => {
                self.out.extend([TEXT, 0]);
                self.state = State::Rest;
            }
            0 | 2 if second & 0x80 == 0 && (self.is_binary || first & 2 != 0) => {
                self.is_binary = first & 0x80 == 0;
                if size == 0 {
                    self.out.extend([BINARY, 0]);
                }
                self.state = State::Piece {
                    left: 0,
                    rest: size,
                };
            }
            8..=10 if second < 126 => {
                self.out.extend_from_slice(head);
                let left = second.into();
                self.state = State::Piece { left, rest: 0 };
            }
            _ => {
                self.out.extend_from_slice(head);
                self.state = State::Rest;
            }
        }
    }

    /// How many of these bytes belong to the answer.
    fn answer(&mut self, mut line: Line, bytes: usize) -> usize {
        for (index, byte) in self.read[self.at..self.at + bytes].iter().enumerate() {
            let Some(next) = line.next(*byte) else {
                self.state = State::Head;
                return index + 1;
            };
            line = next;
        }
        self.state = State::Answer(line);
        bytes
    }

    /// How many of the bytes that are there pass now, if so many fit.
    fn pass(&mut self, room: usize) -> usize {
        let bytes = room.min(self.end - self.at);
        match self.state {
            State::Answer(line) => self.answer(line, bytes),
            State::Piece { left, rest } => {
                let bytes = bytes.min(left);
                let left = left - bytes;
                self.state = State::Piece { left, rest };
                bytes
            }
            State::Head | State::Rest => bytes,
        }
    }

    /// Hands out what is there, as far as it fits.
    fn give(&mut self, buf: &mut ReadBuf<'_>) {
        while buf.remaining() > 0 {
            if !self.out.is_empty() {
                let length = self.out.len().min(buf.remaining());
                buf.put_slice(&self.out[..length]);
                self.out.drain(..length);
                continue;
            }
            match self.state {
                State::Piece { left: 0, rest: 0 } => self.state = State::Head,
                _ if self.at == self.end => return,
                State::Piece { left: 0, rest } => self.begin(rest),
                State::Head => self.gather(),
                _ => {
                    let length = self.pass(buf.remaining());
                    buf.put_slice(&self.read[self.at..self.at + length]);
                    self.at += length;
                }
            }
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
        let before = buf.filled().len();
        loop {
            // As much as there is: the library clears all its space for each read.
            this.give(buf);
            if buf.filled().len() > before || buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let mut read = ReadBuf::new(&mut this.read);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
            (this.at, this.end) = (0, read.filled().len());
            if this.end == 0 {
                return Poll::Ready(Ok(()));
            }
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
    fn frames_that_are_there_are_read_in_one_go() {
        let mut all = ANSWER.to_vec();
        (0..1_000).for_each(|_| all.extend(frame(0x82, &[b'x'; 20])));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (mut reads, mut seen, mut space) = (0, 0, vec![0; 128 << 10]);
        runtime.block_on(async {
            let mut pieces = Pieces::new(Script([Ok(all.clone())].into()));
            while seen < all.len() {
                seen += pieces.read(&mut space).await.unwrap();
                reads += 1;
            }
        });
        assert!(reads <= all.len() / PIECE + 1, "{reads}");
    }

    /// Of a frame of 1 MiB only a little has come: the library can hand it out.
    #[test]
    fn what_is_there_of_a_large_frame_is_a_whole_message() {
        let large = frame(0x82, &vec![b'x'; 1 << 20]);
        let seen = read(&[ANSWER, &large[..1_510]].concat(), 100_000);
        let seen = frames(seen.strip_prefix(ANSWER).unwrap());
        assert_eq!(seen, [(BINARY, vec![b'x'; 1_500])]);
    }

    #[test]
    fn the_answer_ends_however_its_lines_end() {
        let large = frame(0x82, &vec![b'x'; 100_000]);
        for answer in [
            &b"HTTP/1.1 101 Go\nUpgrade: websocket\n\n"[..],
            b"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n\n",
            b"HTTP/1.1 101 Go\nUpgrade: websocket\n\r\n",
            b"\r\n\r\nHTTP/1.1 101 Go\r\n\r\n",
        ] {
            let seen = read(&[answer, &large].concat(), 100_000);
            let cut = frames(seen.strip_prefix(answer).unwrap());
            assert!(cut.len() > 5 && cut.iter().all(|(_, body)| body.len() <= PIECE));
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
