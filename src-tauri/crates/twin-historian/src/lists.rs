//! Lists for statements that take them all at once, as JSON arrays (RFC 8259).

use std::fmt::Write as _;

/// Rows of numbers for a statement that takes them all at once, as a JSON array of arrays.
pub(crate) fn json<const N: usize>(rows: impl Iterator<Item = [i64; N]>) -> String {
    // An instant of today has 16 digits.
    let mut json = String::with_capacity(rows.size_hint().0 * (17 * N + 2) + 2);
    json.push('[');
    for (at, row) in rows.enumerate() {
        json.push_str(if at == 0 { "[" } else { ",[" });
        for (at, number) in row.into_iter().enumerate() {
            if at > 0 {
                json.push(',');
            }
            // Writing to a text cannot fail.
            let _ = write!(json, "{number}");
        }
        json.push(']');
    }
    json.push(']');
    json
}

/// Texts for a statement that takes them all at once, as a JSON array (RFC 8259, 7).
pub(crate) fn json_texts<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut json = String::from("[");
    for (at, text) in texts.enumerate() {
        json.push_str(if at == 0 { "\"" } else { ",\"" });
        for letter in text.chars() {
            match letter {
                '"' | '\\' => json.extend(['\\', letter]),
                '\0'..='\x1f' => {
                    // Writing to a text cannot fail.
                    let _ = write!(json, "\\u{:04x}", u32::from(letter));
                }
                _ => json.push(letter),
            }
        }
        json.push('"');
    }
    json.push(']');
    json
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn a_list_reaches_the_statement_as_it_is() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let texts = [
            "",
            "p1/t:high@7",
            "a\"b",
            "\\",
            "\\\"",
            "\u{1}\n\t\u{1f}\u{7f}",
            "ä€😀",
            "'); --",
        ];
        let found: Vec<String> = sqlx::query_scalar("SELECT value FROM json_each(?)")
            .bind(json_texts(texts.into_iter()))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, texts);
        let numbers = [[i64::MIN, 0, 7], [i64::MAX, -1, 1_800_000_000_000_000]];
        let found: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)")
                .bind(json(numbers.into_iter()))
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(found, numbers.map(|[a, b, c]| (a, b, c)));
    }
}
