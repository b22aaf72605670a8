//! Which Interfaces an Interface extends, directly and through others.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{graph::Graph, lang::Class};

/// Ancestors of every Interface.
pub(super) struct Inherited {
    ancestors: HashMap<u32, Vec<u32>>,
    order: Vec<u32>,
}

impl Inherited {
    /// Follows `extends` as far as it goes and steps allow.
    pub(super) fn new(graph: &Graph<'_, '_>) -> Self {
        let mut ancestors = HashMap::new();
        for (index, _) in graph.of(Class::Interface) {
            let mut seen = HashSet::from([index]);
            let mut open = VecDeque::from([index]);
            let mut found = Vec::new();
            while let Some(from) = open.pop_front() {
                for to in graph.linked(from, "extends") {
                    if graph.step(1) && seen.insert(to) {
                        found.push(to);
                        open.push_back(to);
                    }
                }
            }
            ancestors.insert(index, found);
        }
        let depth = graph.longest(|_| 0, |_, edge| (edge.link.term == "extends").then_some(1));
        let mut order: Vec<u32> = ancestors.keys().copied().collect();
        order.sort_by_key(|index| (depth[*index as usize], *index));
        Inherited { ancestors, order }
    }

    /// What an Interface extends, nearest first, each once.
    pub(super) fn ancestors(&self, index: u32) -> &[u32] {
        self.ancestors.get(&index).map_or(&[], Vec::as_slice)
    }

    /// All Interfaces, each behind what it extends.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }
}
