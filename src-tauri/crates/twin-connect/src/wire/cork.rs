//! Acknowledgements leave together.
//!
//! The library writes and flushes every acknowledgement alone: one system call and one segment each, which is more work
//! than all the rest that a message makes. What is written here as an acknowledgement waits until the library has no more
//! of them and looks for what the broker sends; every other packet passes at once, behind those that wait.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Acknowledgements that may wait, bytes.
const HELD_MAX: usize = 16 << 10;

/// A stream on which acknowledgements wait for each other.
pub(crate) struct Cork<S> {
    stream: S,
    /// Whole acknowledgements.
    held: Vec<u8>,
    /// How many bytes of them are written.
    written: usize,
    /// The last write of another packet was taken in part: what comes next is its rest.
    inside: bool,
    /// They were written, but not yet flushed.
    unflushed: bool,
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP without a reason (3.4 to 3.7 in both versions), and nothing else.
const fn is_acknowledgement(packet: &[u8]) -> bool {
    matches!(packet, [0x40 | 0x50 | 0x62 | 0x70, 2, _, _])
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    pub(crate) fn new(stream: S) -> Self {
        Cork {
            stream,
            held: Vec::new(),
            written: 0,
            inside: false,
            unflushed: false,
        }
    }

    /// Writes what waits.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.held.len() {
            let rest = &self.held[self.written..];
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.unflushed = true;
        }
        self.held.clear();
        self.written = 0;
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncRead for Cork<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // A peer that takes nothing may still send: reading goes on, and the write wakes this task when it can.
        if let Poll::Ready(Err(error)) = self.poll_release(cx) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cork<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let fits = self.held.len() + buf.len() <= HELD_MAX;
        if !self.inside && fits && is_acknowledgement(buf) {
            self.held.extend_from_slice(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        ready!(self.poll_release(cx))?;
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.inside = count < buf.len();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.held.is_empty() {
            Pin::new(&mut self.stream).poll_flush(cx)
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

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
    async fn acknowledgements_leave_together_when_the_library_looks_for_more() {
        let (ours, mut peer) = duplex(1_024);
        let mut cork = Cork::new(ours);
        for id in 1..=3 {
            cork.write_all(&[0x40, 2, 0, id]).await.unwrap();
            cork.flush().await.unwrap();
        }
        assert_eq!(arrived(&mut peer).await, []);
        looks(&mut cork).await;
        assert_eq!(
            arrived(&mut peer).await,
            [64, 2, 0, 1, 64, 2, 0, 2, 64, 2, 0, 3]
        );
    }

    #[tokio::test]
    async fn other_packets_pass_at_once_behind_those_that_wait() {
        let (ours, mut peer) = duplex(1_024);
        let mut cork = Cork::new(ours);
        cork.write_all(&[0x40, 2, 0, 1]).await.unwrap();
        cork.write_all(&[0xe0, 0]).await.unwrap();
        cork.flush().await.unwrap();
        assert_eq!(arrived(&mut peer).await, [64, 2, 0, 1, 0xe0, 0]);
    }

    #[tokio::test]
    async fn the_rest_of_a_packet_is_never_taken_for_an_acknowledgement() {
        let (ours, mut peer) = duplex(6);
        let mut cork = Cork::new(ours);
        let packet = [0x30, 8, 0, 1, b'a', b'b', 0x40, 2, 0, 1];
        assert_eq!(cork.write(&packet).await.unwrap(), 6);
        assert_eq!(arrived(&mut peer).await, packet[..6]);
        assert_eq!(cork.write(&packet[6..]).await.unwrap(), 4);
        assert_eq!(arrived(&mut peer).await, packet[6..]);
    }

    #[tokio::test]
    async fn they_wait_no_longer_than_there_is_room_and_leave_before_the_end() {
        let (ours, mut peer) = duplex(1 << 20);
        let mut cork = Cork::new(ours);
        for _ in 0..HELD_MAX / 4 + 1 {
            cork.write_all(&[0x40, 2, 0, 1]).await.unwrap();
        }
        cork.write_all(&[0x50, 2, 0, 1]).await.unwrap();
        cork.shutdown().await.unwrap();
        let mut seen = Vec::new();
        peer.read_to_end(&mut seen).await.unwrap();
        assert_eq!(seen.len(), HELD_MAX + 8);
        assert!(seen.ends_with(&[0x50, 2, 0, 1]));
    }
}
