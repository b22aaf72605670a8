//! What an edit changes in a text, by lines.

use crate::api::discovery::{ChangedLine, LineChange};

/// Lines that stay and are shown around those that change.
const AROUND: usize = 2;
/// So many equal lines in a row mean that two texts go on alike.
const SURE: usize = 3;

/// What becomes of the lines of a text: those that change, with some around them. Edits of a plant file mostly add, so
/// this looks for the nearest place where both texts go on alike; the outcome is right whatever was done, if not always
/// the shortest.
pub fn diff(old: &str, new: &str) -> Vec<ChangedLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut all: Vec<(LineChange, usize, &str)> = Vec::new();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        if let (Some(one), Some(other)) = (old.get(at), new.get(to))
            && one == other
        {
            all.push((LineChange::Same, to, other));
            (at, to) = (at + 1, to + 1);
            continue;
        }
        let (gone, added) = next_alike(old.get(at..), new.get(to..));
        let removed = old.iter().enumerate().skip(at).take(gone);
        all.extend(removed.map(|(line, text)| (LineChange::Removed, line, *text)));
        let inserted = new.iter().enumerate().skip(to).take(added);
        all.extend(inserted.map(|(line, text)| (LineChange::Added, line, *text)));
        (at, to) = (at + gone, to + added);
    }
    with_surroundings(&all)
}

/// How many lines of both go before they are alike again.
fn next_alike(old: Option<&[&str]>, new: Option<&[&str]>) -> (usize, usize) {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let alike = |skip: usize, of: usize| {
        let (one, other) = (old.get(skip..), new.get(of..));
        let (Some(one), Some(other)) = (one, other) else {
            return false;
        };
        let count = SURE.min(one.len()).min(other.len());
        let both_end = one.is_empty() && other.is_empty();
        (count > 0 || both_end) && one.iter().zip(other).take(SURE).all(|(a, b)| a == b)
    };
    for count in 1..=old.len().max(new.len()) {
        if alike(0, count) {
            return (0, count);
        }
        if alike(count, 0) {
            return (count, 0);
        }
        if alike(count, count) {
            return (count, count);
        }
    }
    (old.len(), new.len())
}

fn with_surroundings(all: &[(LineChange, usize, &str)]) -> Vec<ChangedLine> {
    let is_near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let near = all.get(from..(at + AROUND + 1).min(all.len()));
        near.is_some_and(|near| near.iter().any(|(change, ..)| *change != LineChange::Same))
    };
    all.iter()
        .enumerate()
        .filter(|(at, _)| is_near(*at))
        .map(|(_, (change, line, text))| ChangedLine {
            change: *change,
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            text: (*text).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(old: &str, new: &str) -> Vec<String> {
        diff(old, new)
            .into_iter()
            .map(|line| {
                let sign = match line.change {
                    LineChange::Added => '+',
                    LineChange::Removed => '-',
                    LineChange::Same => ' ',
                };
                format!("{sign}{} {}", line.line, line.text)
            })
            .collect()
    }

    #[test]
    fn an_added_block_is_shown_with_its_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\n";
        let new = "a\nb\nc\nx\ny\nd\ne\nf\n";
        assert_eq!(
            shown(old, new),
            [" 2 b", " 3 c", "+4 x", "+5 y", " 6 d", " 7 e"]
        );
        assert_eq!(shown("a\n", "a\nb\n"), [" 1 a", "+2 b"]);
        assert_eq!(shown("", "a\n"), ["+1 a"]);
        assert_eq!(
            shown("a\nb\nc\nd", "a\nB\nc\nd"),
            [" 1 a", "-2 b", "+2 B", " 3 c", " 4 d"]
        );
        assert!(shown(old, old).is_empty());
    }

    proptest! {
        #[test]
        fn the_changes_lead_from_one_text_to_the_other(
            old in proptest::collection::vec("[abc]", 0..30),
            new in proptest::collection::vec("[abc]", 0..30),
        ) {
            let changes = diff(&old.join("\n"), &new.join("\n"));
            let mut made: Vec<Option<String>> = old.iter().cloned().map(Some).collect();
            let removed = changes.iter().filter(|line| line.change == LineChange::Removed);
            for line in removed {
                let place = &mut made[line.line as usize - 1];
                prop_assert_eq!(place.take(), Some(line.text.clone()));
            }
            let mut made: Vec<String> = made.into_iter().flatten().collect();
            for line in changes.iter().filter(|line| line.change == LineChange::Added) {
                made.insert(line.line as usize - 1, line.text.clone());
            }
            prop_assert_eq!(made, new);
        }
    }
}
