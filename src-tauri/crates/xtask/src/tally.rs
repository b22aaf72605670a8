//! Counts tests from what the runners print.

/// How many tests passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were ignored or skipped.
    pub skipped: u64,
}

impl Tally {
    /// Adds a line of a runner's output when it is one of its closing lines: `test result:` of cargo's runner, `Tests` of
    /// Vitest.
    pub fn add_line(&mut self, line: &str) {
        let line = without_colour(line);
        let line = line.trim();
        if let Some((_, counts)) = line
            .strip_prefix("test result:")
            .and_then(|rest| rest.split_once(". "))
        {
            counts.split(';').for_each(|count| self.add_count(count));
        } else if let Some(counts) = line.strip_prefix("Tests  ") {
            let counts = counts.split('(').next().unwrap_or_default();
            counts.split('|').for_each(|count| self.add_count(count));
        }
    }

    /// Adds `3 passed`, `1 failed`, `2 ignored`; other words (`0 measured`) count nothing.
    fn add_count(&mut self, count: &str) {
        let mut words = count.split_whitespace();
        let (Some(number), Some(word)) = (
            words.next().and_then(|word| word.parse::<u64>().ok()),
            words.next(),
        ) else {
            return;
        };
        match word {
            "passed" => self.passed += number,
            "failed" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Takes out terminal escapes: ESC `[` ... up to the letter that ends them.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if characters.next() == Some('[') {
            characters.by_ref().find(char::is_ascii_alphabetic);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(lines: &str) -> (u64, u64, u64) {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.add_line(line));
        (tally.passed, tally.failed, tally.skipped)
    }

    #[test]
    fn cargo_lines_are_summed() {
        let output = "running 5 tests\n\
            test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n";
        assert_eq!(tally(output), (6, 3, 1));
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let output = " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 12 passed | 2 skipped (15)\n";
        assert_eq!(tally(output), (12, 1, 2));
    }

    #[test]
    fn colours_do_not_hide_a_count() {
        let output = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m8 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (8)\u{1b}[39m\n\
            test result: \u{1b}[32mok\u{1b}[0m. 1 passed; 0 failed; 0 ignored\n";
        assert_eq!(tally(output), (9, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            tally("test it_works ... ok\n3 passed\nTests are fun\n"),
            (0, 0, 0)
        );
    }
}
