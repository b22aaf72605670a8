//! The stream as the library has it.
//!
//! - Acknowledgements of QoS 1 leave together. The library writes and flushes every one alone: several queues, a system
//!   call and a segment each, which is more work than all the rest that a message makes. It does not need to know of them:
//!   what it keeps of a message of QoS 1 is only that it may be acknowledged. So they leave behind the packet that is being
//!   written, when the library looks for what the broker sends. Pings go the same way, so that no other traffic puts them off.
//! - Messages of QoS 0 and 1 are cut out of the stream and handed on beside the library, which would make three waiters for
//!   each time it looks for more, and a buffer for every 8 KiB. They stay in order with what goes through it: it is given
//!   nothing before they are taken, and none is cut out before what it was given has come out of it.
//! - The library forgets what it has read together with an error. So the end of the stream, and each packet that may be one,
//!   are kept back once: nothing seems to be there, the library hands out what it has, and comes again.
//! - What cannot be written any more is thrown away: the broker may have said why, and that is still to be read.
//! - Messages that the library must not read are thrown away as they come, and a small one goes in the place of each.

use std::{
    collections::VecDeque,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    task::coop::has_budget_remaining,
    time::Instant,
};

use super::{
    Got, Receipt,
    beside::Beside,
    frames::{Frames, Pass, Then},
    place::Place,
    stand_in::Discard,
};

/// So many bytes of a packet that is not yet whole are a sign of life. Fewer could be sent on for ever by a broker, or a
/// network, that gets nowhere.
const PROGRESS: usize = 1_024;

/// So many bytes are read before the library hands out what it has: it keeps all that it reads in one go, and a broker that
/// sends as fast as this side reads would otherwise be read for ever.
const BATCH: usize = 1 << 20;

/// Memory for what comes, bytes: what 20,000 messages a second of a hundred bytes bring in 20 ms. Once nobody has any of the
/// messages in it, it serves again.
const BUFFER: usize = 64 << 10;
/// The least room for what comes, bytes.
const ROOM_MIN: usize = 8 << 10;

/// A stream on which they leave.
pub(crate) struct Cork<S> {
    stream: S,
    beside: Beside,
    /// Whole packets that are being written.
    leaving: Vec<u8>,
    /// How many bytes of them are written.
    written: usize,
    /// A write of another packet was taken in part: what comes next is its rest.
    inside: bool,
    /// They were written, but not yet flushed.
    unflushed: bool,
    /// Nothing can be written any more.
    is_broken: bool,
    /// Why, until that is told.
    fault: Option<io::Error>,
    frames: Frames,
    /// Bytes since the last sign of life.
    progress: usize,
    /// Bytes since the library was last told that nothing is there.
    batch: usize,
    /// The library may have something that it has not handed out: it was given something since nothing seemed to be there.
    has_given: bool,
    /// Messages that were cut out.
    cut: VecDeque<Got<Receipt>>,
    /// Packets that had passed before anything of this look was read.
    packets: u64,
    /// Read, and neither given to the library nor cut out.
    kept: BytesMut,
    /// How many bytes of it may go out.
    cleared: usize,
    /// The rest is the beginning of a message, and cannot go on without more of it.
    is_short: bool,
    /// A message that is being thrown away: the rest begins with it.
    discard: Option<Discard>,
    /// The end of the stream.
    end: Option<io::Result<()>>,
    /// Nothing is to seem to be there once, before what is kept back goes on.
    must_pause: bool,
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    pub(crate) fn new(stream: S, beside: Beside, frames: Frames) -> Self {
        Cork {
            stream,
            beside,
            leaving: Vec::new(),
            written: 0,
            inside: false,
            unflushed: false,
            is_broken: false,
            fault: None,
            frames,
            progress: 0,
            batch: 0,
            has_given: false,
            cut: VecDeque::new(),
            packets: 0,
            kept: BytesMut::new(),
            cleared: 0,
            is_short: false,
            discard: None,
            end: None,
            must_pause: false,
        }
    }

    /// Writes what waits, unless that would be in the middle of a packet.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let released = self.poll_try_release(cx);
        released.map(|result| result.unwrap_or_else(|error| self.give_up(error)))
    }

    fn poll_try_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.inside || self.is_broken {
            return Poll::Ready(Ok(()));
        }
        loop {
            while self.written < self.leaving.len() {
                let rest = &self.leaving[self.written..];
                let count = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.written += count;
                self.unflushed = true;
            }
            self.leaving.clear();
            self.written = 0;
            self.beside.take(&mut self.leaving);
            if self.leaving.is_empty() {
                break;
            }
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn give_up(&mut self, error: io::Error) {
        self.is_broken = true;
        self.fault.get_or_insert(error);
        self.leaving = Vec::new();
        self.written = 0;
        self.inside = false;
    }

    /// Looks at what is kept: how much of it may go out, and what is behind that.
    fn look_on(&mut self) {
        let Pass { passed, then } = self.frames.pass(&self.kept);
        self.cleared = passed;
        self.is_short = matches!(then, Then::More);
        match then {
            Then::End | Then::More | Then::Whole => {}
            Then::Pause => self.must_pause = true,
            Then::Cut(place) => self.cut_out(place),
            Then::Discard(discard) => self.discard = Some(discard),
            Then::Broken(broken) => {
                if self.frames.has_properties() {
                    self.beside.object();
                }
                // Nothing behind it is of any worth.
                self.kept.truncate(passed);
                self.finish(Err(io::Error::other(broken)));
            }
        }
    }

    /// Cuts out the message that is kept first.
    fn cut_out(&mut self, place: Place) {
        let packet = self.kept.split_to(place.packet()).freeze();
        self.cut.push_back(place.cut(&packet));
    }

    /// The stream has ended.
    fn finish(&mut self, end: io::Result<()>) {
        self.end = Some(end);
        self.must_pause = true;
    }

    /// Hands out what may go out.
    fn give(&mut self, buf: &mut ReadBuf<'_>) {
        let count = self.cleared.min(buf.remaining());
        buf.put_slice(&self.kept[..count]);
        self.kept.advance(count);
        self.cleared -= count;
        self.batch += count;
        self.has_given = true;
    }

    /// Throws away what is there of a message that is not to be read; at its end a small one is in its place.
    fn throw_away(&mut self) {
        let Some(discard) = &mut self.discard else {
            return;
        };
        let taken = discard.take(&self.kept);
        self.kept.advance(taken);
        self.batch += taken;
        if discard.is_whole() {
            let stand_in = discard.stand_in(self.beside.mark());
            self.discard = None;
            let rest = self.kept.split();
            self.kept.extend_from_slice(&stand_in);
            self.kept.extend_from_slice(&rest);
        }
    }

    /// Notes what passed, and hands over what was cut out.
    fn note(&mut self) {
        let packets = self.frames.tally.packets;
        let is_life = packets > self.packets || self.progress >= PROGRESS;
        self.packets = packets;
        if is_life {
            self.progress = 0;
        }
        let heard = is_life.then(Instant::now);
        self.beside.note(self.frames.tally, heard, &mut self.cut);
    }

    /// Room for what comes, bytes.
    fn room(&self) -> usize {
        self.kept.capacity() - self.kept.len()
    }

    /// Makes room for what comes: in the same memory, if nobody has anything in it any more.
    fn make_room(&mut self) {
        let is_free = self.kept.is_empty() && self.kept.try_reclaim(BUFFER);
        if !is_free && self.room() < ROOM_MIN {
            let room = BUFFER.saturating_sub(self.kept.len());
            self.kept.reserve(room.max(ROOM_MIN));
        }
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> Cork<S> {
    /// Reads what comes next.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.make_room();
        let read = pin!(self.stream.read_buf(&mut self.kept)).poll(cx);
        match read {
            // There may be more to read when it is only this task's turn that is over.
            Poll::Pending if !has_budget_remaining() => return Poll::Pending,
            Poll::Pending => match self.fault.take() {
                // What came before the write failed has been read by now.
                Some(error) => self.finish(Err(error)),
                None => return Poll::Pending,
            },
            Poll::Ready(Err(error)) => self.finish(Err(error)),
            Poll::Ready(Ok(0)) => self.finish(Ok(())),
            Poll::Ready(Ok(came)) => {
                self.progress += came;
                self.is_short = false;
            }
        }
        Poll::Ready(())
    }

    fn poll_look(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // A peer that takes nothing may still send: reading goes on, and the write wakes this task when it can.
        let _ = self.poll_release(cx);
        loop {
            let is_starved = self.kept.is_empty() || self.is_short;
            let must_hand_over = self.cleared > 0 || (is_starved && self.room() < ROOM_MIN);
            if must_hand_over && (!self.cut.is_empty() || self.beside.has_messages()) {
                // Whoever asked the library for more looks for them next, and asks again once they are taken.
                return Poll::Pending;
            }
            if self.batch >= BATCH {
                self.batch = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.cleared > 0 {
                self.give(buf);
                return Poll::Ready(Ok(()));
            }
            self.throw_away();
            let is_starved = self.kept.is_empty() || self.is_short;
            if is_starved && self.end.is_none() {
                ready!(self.poll_fill(cx));
                continue;
            }
            let comes_out_first = self.has_given && self.frames.may_cut(&self.kept);
            if std::mem::take(&mut self.must_pause) || comes_out_first {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if is_starved {
                return Poll::Ready(self.end.replace(Ok(())).unwrap_or(Ok(())));
            }
            self.look_on();
        }
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncRead for Cork<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let looked = self.poll_look(cx, buf);
        self.note();
        if looked.is_pending() {
            // The library hands out what it has before it comes again.
            self.has_given = false;
        }
        looked
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cork<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_release(cx));
        if self.is_broken {
            return Poll::Ready(Ok(buf.len()));
        }
        match ready!(Pin::new(&mut self.stream).poll_write(cx, buf)) {
            Ok(count) => {
                self.inside = count < buf.len();
                Poll::Ready(Ok(count))
            }
            Err(error) => {
                self.give_up(error);
                Poll::Ready(Ok(buf.len()))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_broken {
            match ready!(Pin::new(&mut self.stream).poll_flush(cx)) {
                Ok(()) => self.unflushed = false,
                Err(error) => self.give_up(error),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx));
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
