//! As much of HTTP/1.1 as two databases on loopback need: one connection, one request at a time.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use crate::error::{Error, Result, fail, io};

const PATIENCE: Duration = Duration::from_secs(120);

/// A connection that stays open between requests.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects to a port of this machine.
    pub fn connect(port: u16) -> Result<Client> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect(address)
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Ok(stream)
            })
            .map_err(io("connect to", address.to_string()))?;
        Ok(Client {
            stream: BufReader::with_capacity(1 << 18, stream),
        })
    }

    /// A GET; gives the body of a 2xx answer.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        self.send("GET", path, "", &[])
    }

    /// A POST; `headers` are whole lines. Gives the body of a 2xx answer.
    pub fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Result<Vec<u8>> {
        self.send("POST", path, headers, body)
    }

    fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Vec<u8>> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        let sent = self.stream.get_mut().write_all(&request);
        sent.map_err(io("send a request to", path))?;
        let (status, body) = self.answer().map_err(io("read the answer of", path))?;
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let said = String::from_utf8_lossy(&body);
        fail(format!("{method} {path} gave {status}: {}", said.trim()))
    }

    fn answer(&mut self) -> std::io::Result<(u16, Vec<u8>)> {
        let line = self.line()?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| malformed(&line))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            match name.to_ascii_lowercase().as_str() {
                "content-length" => {
                    length = value.trim().parse().map_err(|_| malformed(&line))?;
                }
                "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if !chunked {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
            return Ok((status, body));
        }
        loop {
            let line = self.line()?;
            let size = usize::from_str_radix(&line, 16).map_err(|_| malformed(&line))?;
            let filled = body.len();
            body.resize(filled + size, 0);
            if let Some(part) = body.get_mut(filled..) {
                self.stream.read_exact(part)?;
            }
            self.line()?;
            if size == 0 {
                return Ok((status, body));
            }
        }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        if line.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

fn malformed(line: &str) -> std::io::Error {
    std::io::Error::new(
        std::io::ErrorKind::InvalidData,
        format!("`{line}` is no HTTP"),
    )
}

/// A part of a URL, escaped.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A port that nobody uses now.
pub fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(io("find", "a free port"))?;
    let address = listener.local_addr().map_err(io("find", "a free port"))?;
    Ok(address.port())
}

/// Sends bodies 0 to `count` - 1 by POST to `path` over two connections at once, as fast as they can be made and the
/// peer takes them.
pub fn post_all(
    port: u16,
    path: &str,
    headers: &str,
    count: usize,
    body: impl Fn(usize) -> Vec<u8> + Sync,
) -> Result<()> {
    const CONNECTIONS: usize = 2;
    let body = &body;
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                scope.spawn(move || -> Result<()> {
                    let mut client = Client::connect(port)?;
                    for n in (first..count).step_by(CONNECTIONS) {
                        client.post(path, headers, &body(n))?;
                    }
                    Ok(())
                })
            })
            .collect();
        for sender in senders {
            sender
                .join()
                .map_err(|_| Error::Other("a sender panicked".to_owned()))??;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the client makes of bytes that a server sends.
    fn answered(bytes: &'static [u8]) -> Result<Vec<u8>> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(bytes).unwrap();
        });
        let body = Client::connect(port).unwrap().get("/x");
        server.join().unwrap();
        body
    }

    #[test]
    fn bodies_come_whole() {
        let body = answered(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").unwrap();
        assert_eq!(body, b"hello");
        let body = answered(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\n, y\r\n0\r\n\r\n",
        );
        assert_eq!(body.unwrap(), b"hello, y");
        assert_eq!(answered(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), b"");
    }

    #[test]
    fn other_answers_are_errors() {
        let refused = answered(b"HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\nno").unwrap_err();
        assert!(refused.to_string().ends_with("gave 400: no"), "{refused}");
        assert!(answered(b"").is_err());
        assert!(answered(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell").is_err());
    }

    #[test]
    fn urls_are_escaped() {
        assert_eq!(escaped("max(m[5s])"), "max%28m%5B5s%5D%29");
    }
}
