//! The surroundings of one evaluation: what may be looked at, what was read, and which alternatives were taken.

use std::cell::{Cell, RefCell};

use super::reads::{Quiet, Reads};
use super::why::{Why, Whys};
use crate::condition::find::Frame;
use crate::world::{Facts, Subject, World};

/// See the module.
pub(crate) struct Env<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) subject: &'a Subject,
    pub(crate) facts: &'a Facts,
    /// Whether an author's assumption about an undocumented default is taken.
    pub(crate) assume: bool,
    /// Set when such an assumption was met.
    pub(crate) assumed: Cell<bool>,
    pub(crate) reads: Reads,
    whys: RefCell<Whys>,
    choices: RefCell<Vec<Choice>>,
}

/// One of several candidates, taken in this round.
struct Choice {
    key: String,
    among: usize,
    pick: usize,
}

/// More alternatives than this in one subject are nothing that a person wrote by accident.
const MOST_ALTERNATIVES: usize = 64;

impl<'a> Env<'a> {
    pub(crate) fn new(world: &'a dyn World, subject: &'a Subject, facts: &'a Facts, assume: bool) -> Self {
        Self {
            world,
            subject,
            facts,
            assume,
            assumed: Cell::new(false),
            reads: Reads::new(Quiet::Nothing),
            whys: RefCell::default(),
            choices: RefCell::default(),
        }
    }

    /// Takes down less.
    pub(crate) fn quietly(self, quiet: Quiet) -> Self {
        Self {
            reads: Reads::new(quiet),
            ..self
        }
    }

    /// The frames a control starts with: the one component of a `per` control.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        self.subject.per.iter().map(Frame::of).collect()
    }

    /// Which of several candidates counts in this round. Duplicated files and elements are not decided by order:
    /// every combination is judged, and the weakest counts.
    pub(crate) fn choose(&self, among: usize, key: impl FnOnce() -> String) -> usize {
        if among < 2 {
            return 0;
        }
        let key = key();
        let mut choices = self.choices.borrow_mut();
        if let Some(choice) = choices.iter().find(|choice| choice.key == key) {
            return choice.pick.min(among.saturating_sub(1));
        }
        choices.push(Choice { key, among, pick: 0 });
        0
    }

    /// Runs `judge` once for every combination of choices. `None` when there are too many.
    pub(crate) fn each_alternative<T>(&self, mut judge: impl FnMut(&Self) -> T) -> Option<Vec<T>> {
        let mut results = Vec::new();
        loop {
            if results.len() >= MOST_ALTERNATIVES {
                return None;
            }
            self.reads.clear();
            self.whys.take();
            results.push(judge(self));
            let mut choices = self.choices.borrow_mut();
            loop {
                match choices.last_mut() {
                    None => return Some(results),
                    Some(choice) if choice.pick.saturating_add(1) < choice.among => {
                        choice.pick = choice.pick.saturating_add(1);
                        break;
                    }
                    Some(_) => {
                        choices.pop();
                    }
                }
            }
        }
    }

    /// Takes down why something is unknown, once.
    pub(crate) fn why(&self, why: Why) {
        self.whys.borrow_mut().add(why);
    }

    /// Why something was unknown so far.
    pub(crate) fn whys(&self) -> Vec<Why> {
        self.whys.borrow().list().to_vec()
    }

    /// Runs something and gives back why something in it was unknown, instead of remembering that.
    pub(crate) fn whys_of<T>(&self, run: impl FnOnce() -> T) -> (T, Vec<Why>) {
        let outside = self.whys.take();
        let result = run();
        (result, self.whys.replace(outside).into_list())
    }
}
