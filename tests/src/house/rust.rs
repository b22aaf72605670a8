//! Just enough of Rust's grammar to see which paths a file names: comments, texts and `#[cfg(test)]` items go, `use`
//! trees are unfolded.
//!
//! Known limits: macros are read as they stand, and `super` inside an inline module counts from the file.

use std::collections::BTreeSet;

use super::Source;

/// A name, `::`, or any other character that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Sep,
    Other(char),
}

/// The tokens of a file, without its tests.
#[derive(Clone, Debug)]
pub struct Code {
    tokens: Vec<Token>,
}

/// One name that a `use` brings in: under which name, and from which path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name in this file; `*` for all.
    pub name: String,
    /// The path as written.
    pub path: Vec<String>,
}

/// Calls that start a task or a thread.
const STARTS: &[&str] = &["spawn", "spawn_blocking", "spawn_local"];

impl Code {
    /// Reads a file's text; what is compiled for tests only is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let tokens = tokens(&without_comments_and_texts(text));
        if is_test_file(&tokens) {
            return Self { tokens: Vec::new() };
        }
        Self {
            tokens: without_tests(&tokens),
        }
    }

    /// Every path with more than one segment that the file names, and every path that a `use` brings in.
    #[must_use]
    pub fn paths(&self) -> Vec<Vec<String>> {
        let (imports, mut paths) = self.imports_and_paths();
        paths.extend(imports.into_iter().map(|import| import.path));
        paths
    }

    /// What the `use` items bring in.
    #[must_use]
    pub fn imports(&self) -> Vec<Import> {
        self.imports_and_paths().0
    }

    /// What starts a task, a thread or a process, as written.
    #[must_use]
    pub fn spawns(&self) -> Vec<String> {
        let mut found = Vec::new();
        for path in self.paths() {
            let names = |two: [&str; 2]| path.windows(2).any(|pair| pair == two);
            let last = path.last().map_or("", String::as_str);
            if STARTS.contains(&last)
                || names(["Command", "new"])
                || names(["process", "Command"])
                || names(["thread", "Builder"])
                || names(["thread", "scope"])
            {
                found.push(path.join("::"));
            }
        }
        for three in self.tokens.windows(3) {
            if let [Token::Other('.'), Token::Name(name), Token::Other('(')] = three
                && STARTS.contains(&name.as_str())
            {
                found.push(format!(".{name}("));
            }
        }
        found
    }

    fn imports_and_paths(&self) -> (Vec<Import>, Vec<Vec<String>>) {
        let (mut imports, mut paths) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < self.tokens.len() {
            match &self.tokens[at] {
                // `use<'a>` is a bound and not an import.
                Token::Name(word)
                    if word == "use" && self.tokens.get(at + 1) != Some(&Token::Other('<')) =>
                {
                    at = self.use_tree(at + 1, &[], &mut imports);
                }
                Token::Name(word) => {
                    let mut path = vec![word.clone()];
                    while let (Some(Token::Sep), Some(Token::Name(next))) =
                        (self.tokens.get(at + 1), self.tokens.get(at + 2))
                    {
                        path.push(next.clone());
                        at += 2;
                    }
                    if path.len() > 1 {
                        paths.push(path);
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
        (imports, paths)
    }

    /// Unfolds one `use` tree that begins at `at`; returns where it ends.
    fn use_tree(&self, mut at: usize, base: &[String], imports: &mut Vec<Import>) -> usize {
        let mut path = base.to_vec();
        let mut alias = None;
        while let Some(token) = self.tokens.get(at) {
            match token {
                Token::Name(word) if word == "as" => {
                    if let Some(Token::Name(name)) = self.tokens.get(at + 1) {
                        alias = Some(name.clone());
                    }
                    at += 1;
                }
                Token::Name(word) => path.push(word.clone()),
                Token::Sep => {}
                Token::Other('*') => path.push("*".to_owned()),
                Token::Other('{') => {
                    at += 1;
                    while !matches!(self.tokens.get(at), None | Some(Token::Other('}'))) {
                        at = self.use_tree(at, &path, imports);
                        if self.tokens.get(at) == Some(&Token::Other(',')) {
                            at += 1;
                        }
                    }
                    return at + 1;
                }
                Token::Other(_) => break,
            }
            at += 1;
        }
        // `use a::{self}` names `a`.
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        if let Some(last) = path.last().cloned() {
            imports.push(Import {
                name: alias.unwrap_or(last),
                path,
            });
        }
        at
    }
}

/// The files that are there for tests only, because a `#[cfg(test)] mod name;` brings them in.
#[must_use]
pub fn test_modules(sources: &[Source]) -> BTreeSet<String> {
    let mut hidden = BTreeSet::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        let tokens = tokens(&without_comments_and_texts(&source.text));
        for at in test_attributes(&tokens) {
            let end = item_end(&tokens, at);
            if let [.., Token::Name(word), Token::Name(name), Token::Other(';')] = &tokens[at..end]
                && word == "mod"
            {
                let folder = children_folder(&source.path);
                let (file, inside) = (format!("{folder}/{name}.rs"), format!("{folder}/{name}/"));
                let belongs = |path: &str| path == file || path.starts_with(&inside);
                hidden.extend(
                    sources
                        .iter()
                        .map(|other| &other.path)
                        .filter(|path| belongs(path))
                        .cloned(),
                );
            }
        }
    }
    hidden
}

/// Where the modules that a file declares are looked for.
fn children_folder(path: &str) -> &str {
    let is_root = ["/lib.rs", "/main.rs", "/mod.rs"]
        .iter()
        .any(|end| path.ends_with(end));
    if is_root {
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    } else {
        path.trim_end_matches(".rs")
    }
}

/// Blanks out comments, texts and characters; what is left has the same line breaks.
fn without_comments_and_texts(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < all.len() {
        let end = comment_end(&all, at).or_else(|| text_end(&all, at));
        match end {
            Some(end) => {
                code.push(' ');
                code.extend(
                    all[at..end.min(all.len())]
                        .iter()
                        .filter(|character| **character == '\n'),
                );
                at = end;
            }
            None => {
                code.push(all[at]);
                at += 1;
            }
        }
    }
    code
}

/// Where a comment that begins at `at` ends; block comments nest.
fn comment_end(all: &[char], at: usize) -> Option<usize> {
    match (all[at], all.get(at + 1)) {
        ('/', Some('/')) => Some(
            all[at..]
                .iter()
                .position(|c| *c == '\n')
                .map_or(all.len(), |length| at + length),
        ),
        ('/', Some('*')) => {
            let (mut depth, mut end) = (1, at + 2);
            while depth > 0 && end < all.len() {
                match (all[end], all.get(end + 1)) {
                    ('/', Some('*')) => (depth, end) = (depth + 1, end + 2),
                    ('*', Some('/')) => (depth, end) = (depth - 1, end + 2),
                    _ => end += 1,
                }
            }
            Some(end)
        }
        _ => None,
    }
}

/// Where a text or character that begins at `at` ends.
fn text_end(all: &[char], at: usize) -> Option<usize> {
    let begins_word = at == 0 || !(all[at - 1].is_alphanumeric() || all[at - 1] == '_');
    match all[at] {
        '"' => Some(quoted_end(all, at + 1, '"')),
        // A character, or the quote of a lifetime.
        '\'' if all.get(at + 1) == Some(&'\\') => Some(quoted_end(all, at + 1, '\'')),
        '\'' if all.get(at + 2) == Some(&'\'') => Some(at + 3),
        'r' | 'b' | 'c' if begins_word => {
            let mut begin = at + 1;
            if all.get(begin) == Some(&'r') {
                begin += 1;
            }
            let is_raw = all[at..begin].contains(&'r');
            let hashes = if is_raw {
                all[begin..].iter().take_while(|c| **c == '#').count()
            } else {
                0
            };
            if all.get(begin + hashes) != Some(&'"') {
                return None;
            }
            if !is_raw {
                return Some(quoted_end(all, begin + 1, '"'));
            }
            let mut end = begin + hashes + 1;
            while end < all.len() {
                if all[end] == '"'
                    && all[end + 1..]
                        .iter()
                        .take(hashes)
                        .filter(|c| **c == '#')
                        .count()
                        == hashes
                {
                    return Some(end + 1 + hashes);
                }
                end += 1;
            }
            Some(end)
        }
        _ => None,
    }
}

fn quoted_end(all: &[char], mut at: usize, quote: char) -> usize {
    while at < all.len() && all[at] != quote {
        at += if all[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn tokens(code: &str) -> Vec<Token> {
    let all: Vec<char> = code.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let character = all[at];
        if character.is_alphabetic() || character == '_' {
            let length = all[at..]
                .iter()
                .take_while(|c| c.is_alphanumeric() || **c == '_')
                .count();
            tokens.push(Token::Name(all[at..at + length].iter().collect()));
            at += length;
        } else if character == ':' && all.get(at + 1) == Some(&':') {
            tokens.push(Token::Sep);
            at += 2;
        } else {
            if !character.is_whitespace() {
                tokens.push(Token::Other(character));
            }
            at += 1;
        }
    }
    tokens
}

/// The spelling of `#[cfg(test)]`, token by token.
fn is_test_attribute(tokens: &[Token]) -> bool {
    let name = |token: &Token, word: &str| matches!(token, Token::Name(found) if found == word);
    matches!(tokens, [Token::Other('#'), Token::Other('['), cfg, Token::Other('('), test, Token::Other(')'), Token::Other(']'), ..]
        if name(cfg, "cfg") && name(test, "test"))
}

fn test_attributes(tokens: &[Token]) -> Vec<usize> {
    (0..tokens.len())
        .filter(|at| is_test_attribute(&tokens[*at..]))
        .collect()
}

/// `#![cfg(test)]` hides the whole file.
fn is_test_file(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| {
        tokens[at] == Token::Other('#') && tokens.get(at + 1) == Some(&Token::Other('!')) && {
            let mut outer = vec![Token::Other('#')];
            outer.extend(tokens[at + 2..].iter().take(6).cloned());
            is_test_attribute(&outer)
        }
    })
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at = item_end(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the item that begins at `at` ends: behind the `;` or the `}` that stands outside every bracket.
fn item_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[at..].iter().enumerate() {
        match token {
            Token::Other('(' | '[' | '{') => depth += 1,
            Token::Other(')' | ']') => depth = depth.saturating_sub(1),
            Token::Other('}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
            Token::Other(';') if depth == 0 => return at + offset + 1,
            _ => {}
        }
    }
    tokens.len()
}
