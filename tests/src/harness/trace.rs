//! What `strace -f -yy -xx` wrote: system calls in order, whole even when another thread came between.

use std::collections::HashMap;

/// Something that a program did, in order of its end; a write that goes to the network in order of its begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file was flushed to disk: its path.
    Flushed(String),
    /// Bytes went into a file: its path, and the bytes that the tracer kept.
    Written(String, Vec<u8>),
    /// Bytes came from a TCP connection.
    Received(Vec<u8>),
    /// Bytes went to a TCP connection.
    Sent(Vec<u8>),
}

/// Reads a trace of `fdatasync,fsync,pwrite64,write,sendto,sendmsg,writev,read,recvfrom,recvmsg`.
pub fn read(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut begun: HashMap<&str, &str> = HashMap::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        // The time of day comes before the call.
        let Some((_, call)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        if let Some(begin) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, begin);
            if is_send(begin) {
                events.extend(event(begin));
            }
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            let Some(begin) = begun.remove(thread) else {
                continue;
            };
            if !is_send(begin) && !failed(end) {
                events.extend(event(&format!("{begin}{end}")));
            }
        } else if !failed(call) {
            events.extend(event(call));
        }
    }
    events
}

fn failed(call: &str) -> bool {
    call.contains("= -1 ")
}

fn is_send(call: &str) -> bool {
    let sends = ["sendto(", "sendmsg(", "write(", "writev("];
    sends.iter().any(|name| call.starts_with(name)) && call.contains("<TCP:")
}

fn event(call: &str) -> Option<Event> {
    let (name, arguments) = call.split_once('(')?;
    let (_, target) = arguments.split_once('<')?;
    if target.starts_with("TCP") {
        return match name {
            "sendto" | "sendmsg" | "write" | "writev" => Some(Event::Sent(bytes(arguments))),
            "read" | "recvfrom" | "recvmsg" => Some(Event::Received(bytes(arguments))),
            _ => None,
        };
    }
    let (path, _) = target.split_once('>')?;
    let path = String::from_utf8_lossy(&unescaped(path)).into_owned();
    match name {
        "fdatasync" | "fsync" => Some(Event::Flushed(path)),
        "pwrite64" | "write" => Some(Event::Written(path, bytes(arguments))),
        _ => None,
    }
}

/// Every quoted string, one after the other.
fn bytes(arguments: &str) -> Vec<u8> {
    let quoted = arguments.split('"').skip(1).step_by(2);
    quoted.flat_map(unescaped).collect()
}

/// `-xx` writes each byte as `\x` and two digits.
fn unescaped(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .filter_map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok())
        .collect()
}

/// Kinds and bodies of the MQTT packets in a piece of a stream that begins with a packet.
pub fn packets(mut stream: &[u8]) -> Vec<(u8, &[u8])> {
    let mut packets = Vec::new();
    while let [kind, rest @ ..] = stream {
        let (mut length, mut used) = (0_usize, 0);
        for (index, byte) in rest.iter().take(4).enumerate() {
            length |= usize::from(byte & 0x7f) << (7 * index);
            used = index + 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let body = rest.get(used..).unwrap_or_default();
        packets.push((kind >> 4, body.get(..length).unwrap_or(body)));
        stream = body.get(length..).unwrap_or_default();
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_put_together_and_stand_in_order() {
        let trace = r#"10 10:00:00.1 recvfrom(9<TCP:[127.0.0.1:5->127.0.0.1:6]>, "\x30\x01\x61", 4096, 0, NULL, NULL) = 3
11 10:00:00.2 fdatasync(12<\x2f\x77\x2f\x61> <unfinished ...>
10 10:00:00.3 sendto(9<TCP:[127.0.0.1:5->127.0.0.1:6]>, "\x40\x02\x00\x01", 4, MSG_NOSIGNAL, NULL, 0 <unfinished ...>
11 10:00:00.4 <... fdatasync resumed>) = 0
10 10:00:00.5 <... sendto resumed>) = 4
11 10:00:00.6 pwrite64(12<\x2f\x77\x2f\x61>, "\x01", 1, 8) = -1 ENOSPC (No space left on device)
"#;
        let expected = [
            Event::Received(vec![0x30, 1, 0x61]),
            Event::Sent(vec![0x40, 2, 0, 1]),
            Event::Flushed("/w/a".into()),
        ];
        assert_eq!(read(trace), expected);
        assert_eq!(
            packets(&[0x40, 2, 0, 1, 0xd0, 0]),
            [(4, [0, 1].as_slice()), (13, [].as_slice())]
        );
    }
}
