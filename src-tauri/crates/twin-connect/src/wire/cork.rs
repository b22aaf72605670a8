//! The stream as the library has it.
//!
//! - Acknowledgements of QoS 1 leave together. The library writes and flushes every one alone: several queues, a system
//!   call and a segment each, which is more work than all the rest that a message makes. It does not need to know of them:
//!   what it keeps of a message of QoS 1 is only that it may be acknowledged. So they leave behind the packet that is being
//!   written, when the library looks for what the broker sends. Pings go the same way, so that no other traffic puts them off.
//! - The library forgets what it has read together with an error. So the end of the stream, and each packet that may be one,
//!   are kept back once: nothing seems to be there, the library hands out what it has, and comes again.
//! - What cannot be written any more is thrown away: the broker may have said why, and that is still to be read.
//! - Messages that the library must not read are thrown away as they come, and a small one goes in the place of each.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::coop::has_budget_remaining,
    time::Instant,
};

use super::{
    beside::Beside,
    frames::{Frames, Pass, Then},
    stand_in::Discard,
};

/// So many bytes of a packet that is not yet whole are a sign of life. Fewer could be sent on for ever by a broker, or a
/// network, that gets nowhere.
const PROGRESS: usize = 1_024;

/// So many bytes are read before the library hands out what it has: it keeps all that it reads in one go, and a broker that
/// sends as fast as this side reads would otherwise be read for ever.
const BATCH: usize = 1 << 20;

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
    /// Read, but kept back.
    kept: Vec<u8>,
    /// How many bytes of it are out.
    given: usize,
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
            kept: Vec::new(),
            given: 0,
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

    /// Lets bytes pass that begin at `from`, of which so many have just come; the rest is kept back.
    fn pass(&mut self, buf: &mut ReadBuf<'_>, from: usize, came: usize) {
        let packets = self.frames.tally.packets;
        let bytes = &buf.filled()[from..];
        let Pass { passed, then } = self.frames.pass(bytes);
        if self.go_on(then) {
            self.kept.extend_from_slice(&bytes[passed..]);
        }
        self.note(packets, came);
        self.batch += passed;
        buf.set_filled(from + passed);
    }

    /// Lets what is kept back go out, as far as it may.
    fn clear(&mut self) {
        let packets = self.frames.tally.packets;
        let Pass { passed, then } = self.frames.pass(&self.kept[self.given..]);
        self.cleared += passed;
        if !self.go_on(then) {
            self.kept.truncate(self.cleared);
        }
        self.note(packets, 0);
    }

    /// Whether what is behind the bytes that may pass is of any worth.
    fn go_on(&mut self, then: Then) -> bool {
        self.is_short = matches!(then, Then::More);
        match then {
            Then::End | Then::More => {}
            Then::Pause => self.must_pause = true,
            Then::Discard(discard) => self.discard = Some(discard),
            Then::Broken(broken) => {
                if self.frames.has_properties() {
                    self.beside.object();
                }
                self.finish(Err(io::Error::other(broken)));
                return false;
            }
        }
        true
    }

    /// The stream has ended.
    fn finish(&mut self, end: io::Result<()>) {
        self.end = Some(end);
        self.must_pause = true;
    }

    /// Hands out what may go out.
    fn give(&mut self, buf: &mut ReadBuf<'_>) {
        let end = self.cleared.min(self.given + buf.remaining());
        buf.put_slice(&self.kept[self.given..end]);
        self.batch += end - self.given;
        self.given = end;
        if self.given == self.kept.len() {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.kept.clear();
        (self.given, self.cleared) = (0, 0);
    }

    /// Throws away what is there of a message that is not to be read; at its end a small one is in its place.
    fn throw_away(&mut self) {
        let Some(discard) = &mut self.discard else {
            return;
        };
        let taken = discard.take(&self.kept[self.given..]);
        self.batch += taken;
        if discard.is_whole() {
            let rest = self.kept.split_off(self.given + taken);
            let stand_in = discard.stand_in(self.beside.mark());
            self.discard = None;
            self.forget();
            self.kept.extend(stand_in);
            self.kept.extend(rest);
        } else {
            self.forget();
        }
    }

    /// So many bytes came; so many packets had passed before they were looked at.
    fn note(&mut self, packets: u64, came: usize) {
        self.progress += came;
        let is_life = self.frames.tally.packets > packets || self.progress >= PROGRESS;
        if is_life {
            self.progress = 0;
        }
        let heard = is_life.then(Instant::now);
        self.beside.note(self.frames.tally, heard);
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> Cork<S> {
    /// Puts the beginning of a message that waits for more of it in front of what comes, if there is room for both: so most
    /// bytes lie where the library wants them. Gives its size.
    fn lend(&self, buf: &mut ReadBuf<'_>) -> usize {
        let rest = &self.kept[self.given..];
        let is_lent = self.is_short && self.discard.is_none() && rest.len() <= buf.remaining() / 2;
        if !is_lent {
            return 0;
        }
        buf.put_slice(rest);
        rest.len()
    }

    /// Reads what comes next. It passes, or is kept back.
    fn poll_fill(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<()> {
        let before = buf.filled().len();
        let lent = self.lend(buf);
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = buf.filled().len() - before - lent;
        if came == 0 {
            buf.set_filled(before);
        }
        match read {
            // There may be more to read when it is only this task's turn that is over.
            Poll::Pending if !has_budget_remaining() => return Poll::Pending,
            Poll::Pending => match self.fault.take() {
                // What came before the write failed has been read by now.
                Some(error) => self.finish(Err(error)),
                None => return Poll::Pending,
            },
            Poll::Ready(Err(error)) => self.finish(Err(error)),
            Poll::Ready(Ok(())) if came == 0 => self.finish(Ok(())),
            Poll::Ready(Ok(())) if lent > 0 || (self.kept.is_empty() && self.discard.is_none()) => {
                self.forget();
                self.pass(buf, before, came);
            }
            Poll::Ready(Ok(())) => {
                // What was given out is not kept: a peer that ends each piece within a message would fill the memory.
                self.kept.drain(..self.given);
                (self.given, self.cleared) = (0, self.cleared - self.given);
                self.kept.extend_from_slice(&buf.filled()[before..]);
                self.is_short = false;
                self.note(self.frames.tally.packets, came);
                buf.set_filled(before);
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncRead for Cork<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // A peer that takes nothing may still send: reading goes on, and the write wakes this task when it can.
        let _ = self.poll_release(cx);
        let before = buf.filled().len();
        loop {
            if self.batch >= BATCH {
                self.batch = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.given < self.cleared {
                self.give(buf);
                return Poll::Ready(Ok(()));
            }
            self.throw_away();
            let is_starved = self.given == self.kept.len() || self.is_short;
            if is_starved && self.end.is_none() {
                ready!(self.poll_fill(cx, buf));
                if buf.filled().len() > before {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            if std::mem::take(&mut self.must_pause) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if is_starved {
                return Poll::Ready(self.end.replace(Ok(())).unwrap_or(Ok(())));
            }
            self.clear();
        }
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
