//! Where in the paper the candidate is. Must not know answers.

/// Position among the questions of a paper, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    at: usize,
    count: usize,
}

impl Place {
    /// At the first of `count` questions.
    pub fn first(count: usize) -> Self {
        Self { at: 0, count }
    }

    /// Index of the question that is shown.
    pub fn index(self) -> usize {
        self.at
    }

    /// At another question; beyond the ends stays at the end.
    pub fn go(self, index: usize) -> Self {
        Self {
            at: index.min(self.count.saturating_sub(1)),
            ..self
        }
    }

    /// One further, if there is one.
    pub fn next(self) -> Self {
        self.go(self.at + 1)
    }

    /// One back, if there is one.
    pub fn previous(self) -> Self {
        self.go(self.at.saturating_sub(1))
    }

    /// Whether this is the first question.
    pub fn is_first(self) -> bool {
        self.at == 0
    }

    /// Whether this is the last question.
    pub fn is_last(self) -> bool {
        self.at + 1 >= self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_inside_the_paper() {
        let place = Place::first(2);
        assert!(place.previous().is_first());
        assert_eq!(place.next().next().index(), 1);
        assert!(place.next().is_last());
        assert!(Place::first(0).next().is_last());
    }
}
