//! Elements and where their links lead: references followed, loops found, longest ways measured.

use std::{cell::Cell, collections::HashMap};

use super::{
    element::{Element, Link, To},
    lang::{Class, Version},
};
use crate::twin_file::{Collector, Rule, json::shown};

/// All elements of the files, by number, with their links resolved.
pub(super) struct Graph<'e, 'a> {
    pub(super) elements: &'e [Element<'a>],
    out: Vec<Vec<Edge<'e, 'a>>>,
    /// The loop that an element is in: elements of one number lead to one another.
    loops: Vec<u32>,
    /// How many more steps may be taken.
    steps: Cell<usize>,
    spent: Cell<bool>,
}

/// A link that leads to an element.
#[derive(Clone, Copy)]
pub(super) struct Edge<'e, 'a> {
    pub(super) link: &'e Link<'a>,
    pub(super) to: u32,
}

impl Edge<'_, '_> {
    /// Whether the element is written in place, so that it cannot close a loop.
    fn is_written(&self) -> bool {
        matches!(self.link.to, To::Element(_))
    }
}

impl<'e, 'a> Graph<'e, 'a> {
    /// Follows all references.
    pub(super) fn new(elements: &'e [Element<'a>], steps: usize, faults: &Collector) -> Self {
        let ids = identifiers(elements, faults);
        let resolve = |element: &'e Element<'a>| {
            let follow = |link: &'e Link<'a>| {
                let to = match link.to {
                    To::Element(to) => Some(to),
                    To::Id(id) => reference(elements, &ids, element, link, id, faults),
                    To::Primitive(_) | To::Units(_) => None,
                };
                to.map(|to| Edge { link, to })
            };
            element.links.iter().filter_map(follow).collect()
        };
        let out: Vec<Vec<Edge<'e, 'a>>> = elements.iter().map(resolve).collect();
        let loops = strong(&out);
        Graph {
            elements,
            out,
            loops,
            steps: Cell::new(steps),
            spent: Cell::new(false),
        }
    }

    pub(super) fn element(&self, index: u32) -> Option<&'e Element<'a>> {
        self.elements.get(index as usize)
    }

    /// Where the links of an element lead.
    pub(super) fn edges(&self, index: u32) -> &[Edge<'e, 'a>] {
        self.out.get(index as usize).map_or(&[], Vec::as_slice)
    }

    /// The elements that one property of an element leads to.
    pub(super) fn linked(&self, index: u32, term: &str) -> impl Iterator<Item = u32> {
        let edges = self.edges(index).iter();
        edges
            .filter(move |edge| edge.link.term == term)
            .map(|edge| edge.to)
    }

    /// Every element of a class with its number.
    pub(super) fn of(&self, class: Class) -> impl Iterator<Item = (u32, &'e Element<'a>)> {
        (0u32..)
            .zip(self.elements)
            .filter(move |(_, element)| element.class == Some(class))
    }

    /// Takes steps from what may be done; false when there is nothing left.
    pub(super) fn step(&self, count: usize) -> bool {
        let left = self.steps.get().checked_sub(count);
        self.steps.set(left.unwrap_or(0));
        self.spent.set(self.spent.get() || left.is_none());
        left.is_some()
    }

    /// Whether more steps were wanted than may be taken.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// For each element the most that ways from it add up to. `base` is an element's own share; `weight` is what a link
    /// adds, none when it is not followed. References that close a loop are not followed.
    pub(super) fn longest(
        &self,
        base: impl Fn(&Element<'a>) -> usize,
        weight: impl Fn(u32, &Edge<'e, 'a>) -> Option<usize>,
    ) -> Vec<usize> {
        let mut found: Vec<Option<usize>> = vec![None; self.elements.len()];
        for start in 0..u32::try_from(self.elements.len()).unwrap_or(u32::MAX) {
            let mut stack = vec![(start, 0usize, 0usize)];
            while let Some((index, next, most)) = stack.pop() {
                let at = index as usize;
                if next == 0 && found[at].is_some() {
                    continue;
                }
                let Some(edge) = self.edges(index).get(next) else {
                    found[at] = Some(most.max(base(&self.elements[at])));
                    continue;
                };
                let closes = self.loops[at] == self.loops[edge.to as usize] && !edge.is_written();
                match weight(index, edge).filter(|_| !closes) {
                    None => stack.push((index, next + 1, most)),
                    Some(weight) => match found[edge.to as usize] {
                        Some(further) => stack.push((index, next + 1, most.max(weight + further))),
                        None => {
                            stack.push((index, next, most));
                            stack.push((edge.to, 0, 0));
                        }
                    },
                }
            }
        }
        found.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Refuses loops, but for schemas of DTDL v4, which may hold themselves.
    pub(super) fn refuse_loops(&self, faults: &Collector) {
        let mut told = std::collections::HashSet::new();
        for (index, element) in self.elements.iter().enumerate() {
            for edge in &self.out[index] {
                let inner = self.loops[index] == self.loops[edge.to as usize];
                if !inner || edge.is_written() || may_recur(element) {
                    continue;
                }
                if told.insert(self.loops[index]) {
                    let to = self.elements[edge.to as usize].title();
                    let text = format!(
                        "{} leads back to itself through {to}. Break the circle.",
                        element.title()
                    );
                    faults.add(edge.link.view, Rule::PathToSelf, text);
                }
            }
        }
    }
}

fn may_recur(element: &Element<'_>) -> bool {
    use Class::*;
    let schema = matches!(element.class, Some(Array | Field | Map | MapValue | Object));
    schema && element.version == Version::V4
}

fn identifiers<'a>(elements: &[Element<'a>], faults: &Collector) -> HashMap<&'a str, u32> {
    let mut ids: HashMap<&str, u32> = HashMap::with_capacity(elements.len());
    for (index, element) in (0u32..).zip(elements) {
        let Some(id) = element.id else { continue };
        if let Some(first) = ids.get(id) {
            let first = elements[*first as usize].view;
            let text = format!(
                "\"{}\" is the identifier of another element too, in {} line {}. Give one of them another.",
                shown(id),
                first.json.file,
                first.line()
            );
            faults.add(element.view, Rule::IdUnique, text);
        } else {
            ids.insert(id, index);
        }
    }
    ids
}

fn reference<'a>(
    elements: &[Element<'a>],
    ids: &HashMap<&'a str, u32>,
    from: &Element<'a>,
    link: &Link<'a>,
    id: &str,
    faults: &Collector,
) -> Option<u32> {
    let Some(index) = ids.get(id).copied() else {
        let text = format!(
            "\"{}\" is in none of the files. Add the file that defines it.",
            shown(id)
        );
        faults.add(link.view, Rule::ReferenceKnown, text);
        return None;
    };
    let to = &elements[index as usize];
    let class = to.class?;
    if !link.group.classes.contains(&class) {
        let wanted: Vec<&str> = link
            .group
            .classes
            .iter()
            .map(|class| class.name())
            .collect();
        let text = format!(
            "\"{}\" is {}, which does not fit here. Refer to one of these: {}.",
            shown(id),
            class.name(),
            wanted.join(", ")
        );
        faults.add(link.view, Rule::ElementClass, text);
        return None;
    }
    let fits = to.version == from.version || (link.group.older && to.version < from.version);
    if !fits {
        let text = format!(
            "\"{}\" is written in {}, which does not fit into {} here. Write it in the same version.",
            shown(id),
            to.version,
            from.version
        );
        faults.add(link.view, Rule::ElementVersion, text);
        return None;
    }
    let open = to.outermost || class == Class::Interface;
    if !open && to.partition != from.partition {
        let text = format!(
            "\"{}\" stands inside another Interface, where it cannot be referred to from here. Define it in this Interface.",
            shown(id)
        );
        faults.add(link.view, Rule::ReferenceReach, text);
        return None;
    }
    Some(index)
}

/// Numbers the strongly connected components (Tarjan 1972, without recursion).
fn strong(out: &[Vec<Edge<'_, '_>>]) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let count = out.len();
    let mut order = vec![NEW; count];
    let mut low = vec![NEW; count];
    let mut component = vec![NEW; count];
    let (mut next, mut components) = (0u32, 0u32);
    let mut open: Vec<u32> = Vec::new();
    for start in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        if order[start as usize] != NEW {
            continue;
        }
        let mut work = vec![(start, 0usize)];
        while let Some((index, edge)) = work.pop() {
            let at = index as usize;
            if edge == 0 {
                order[at] = next;
                low[at] = next;
                next += 1;
                open.push(index);
            }
            if let Some(to) = out[at].get(edge).map(|edge| edge.to) {
                work.push((index, edge + 1));
                if order[to as usize] == NEW {
                    work.push((to, 0));
                } else if component[to as usize] == NEW {
                    low[at] = low[at].min(order[to as usize]);
                }
                continue;
            }
            if low[at] == order[at] {
                while let Some(member) = open.pop() {
                    component[member as usize] = components;
                    if member == index {
                        break;
                    }
                }
                components += 1;
            }
            if let Some((parent, _)) = work.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
        }
    }
    component
}
