//! A peer that accepts an MQTT 3.1.1 client and then sends it raw bytes, for what no broker would send.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Accepts a client, answers CONNECT and SUBSCRIBE, and gives the socket for raw bytes.
///
/// # Errors
/// When the client does not get so far within ten seconds.
pub async fn accept(listener: &TcpListener) -> Result<TcpStream> {
    let greeting = async {
        let (mut socket, _) = listener.accept().await?;
        let connect = packet(&mut socket).await?;
        ensure!(connect.0 >> 4 == 1, "the first packet is no CONNECT");
        socket.write_all(&[0x20, 2, 0, 0]).await?;
        let subscribe = packet(&mut socket).await?;
        ensure!(subscribe.0 >> 4 == 8, "the second packet is no SUBSCRIBE");
        let (id, filters) = subscribe
            .1
            .split_at_checked(2)
            .context("SUBSCRIBE without an id")?;
        let granted = count_filters(filters);
        socket.write_all(&[0x90, 2 + granted, id[0], id[1]]).await?;
        socket.write_all(&vec![1; usize::from(granted)]).await?;
        Ok(socket)
    };
    tokio::time::timeout(Duration::from_secs(10), greeting)
        .await
        .context("no client came")?
}

/// Filters in the body of a SUBSCRIBE: length, text and QoS each.
fn count_filters(mut body: &[u8]) -> u8 {
    let mut count = 0;
    while let [high, low, rest @ ..] = body {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        body = rest.get(length + 1..).unwrap_or_default();
        count += 1;
    }
    count
}

async fn packet(socket: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let kind = socket.read_u8().await?;
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = socket.read_u8().await?;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    Ok((kind, body))
}

/// A QoS 0 PUBLISH with any bytes as its topic; shorter than 128 bytes.
pub fn publish(topic: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = vec![
        0x30,
        (2 + topic.len() + payload.len()) as u8,
        0,
        topic.len() as u8,
    ];
    out.extend(topic);
    out.extend(payload);
    out
}
