//! Acknowledgements of QoS 1 leave together.
//!
//! The library writes and flushes every acknowledgement alone: several queues, a system call and a segment each, which is
//! more work than all the rest that a message makes. It does not need to know of them: what it keeps of a message of QoS 1
//! is only that it may be acknowledged. So they are put here, and leave behind the packet that is being written, when the
//! library looks for what the broker sends.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// PUBACK without a reason, which means success in both versions (MQTT 5, 3.4.2.1).
const PUBACK: [u8; 2] = [0x40, 2];
/// Acknowledgements that may wait, bytes: as many as there are packet identifiers.
const HELD_MAX: usize = 65_535 * 4;

/// Acknowledgements on their way to the stream of one link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acknowledgements(Arc<Mutex<Vec<u8>>>);

impl Acknowledgements {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds that of the packet `id`; gives whether there was room. Whoever polls the stream must do so again soon.
    pub(crate) fn put(&self, id: u16) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.len() < HELD_MAX;
        if fits {
            let [high, low] = id.to_be_bytes();
            waiting.extend_from_slice(&[PUBACK[0], PUBACK[1], high, low]);
        }
        fits
    }
}

/// A stream on which they leave.
pub(crate) struct Cork<S> {
    stream: S,
    waiting: Acknowledgements,
    /// Whole acknowledgements that are being written.
    leaving: Vec<u8>,
    /// How many bytes of them are written.
    written: usize,
    /// A write of another packet was taken in part: what comes next is its rest.
    inside: bool,
    /// They were written, but not yet flushed.
    unflushed: bool,
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    pub(crate) fn new(stream: S, waiting: Acknowledgements) -> Self {
        Cork {
            stream,
            waiting,
            leaving: Vec::new(),
            written: 0,
            inside: false,
            unflushed: false,
        }
    }

    /// Writes what waits, unless that would be in the middle of a packet.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.inside {
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
            std::mem::swap(&mut *self.waiting.lock(), &mut self.leaving);
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
        ready!(self.poll_release(cx))?;
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.inside = count < buf.len();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
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

    fn cork(room: usize) -> (Acknowledgements, Cork<DuplexStream>, DuplexStream) {
        let (ours, peer) = duplex(room);
        let waiting = Acknowledgements::default();
        (waiting.clone(), Cork::new(ours, waiting), peer)
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
}
