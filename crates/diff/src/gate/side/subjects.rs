//! Which component belongs to which subject, and which subjects there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::Component;
use orgate_core::registry::{Join, SubjectKind};
use orgate_core::subject::subject_of;
use orgate_core::world::World;

use super::super::name::{App, Name};
use super::Side;
use crate::lock::lock;

const HEADER: &str = "ExternalClientApplication";

/// Components by the name of their subject, or by their label where they have none.
pub(super) type ByOwner = BTreeMap<Name, Vec<Arc<Component>>>;

impl Side<'_> {
    /// The components of one subject.
    pub(in crate::gate) fn subject_files(&self, kind: SubjectKind, name: &Name) -> Vec<Arc<Component>> {
        let mut found = Vec::new();
        for spec in self.registry.types().filter(|spec| spec.subject == Some(kind)) {
            if spec.join == Join::Name {
                found.extend(self.of_name(&spec.name, name));
            } else if let Some(components) = self.by_owner(&spec.name).get(name) {
                found.extend(components.iter().cloned());
            }
        }
        found
    }

    fn by_owner(&self, type_name: &Arc<str>) -> Arc<ByOwner> {
        if let Some(known) = lock(&self.by_owner).get(type_name) {
            return Arc::clone(known);
        }
        let mut owners = ByOwner::new();
        for component in self.own(type_name) {
            let owner = self.subject_name(&component).map(|(_, owner)| owner);
            if let Some(owner) = owner.or_else(|| self.label(&component)) {
                owners.entry(owner).or_default().push(component);
            }
        }
        let owners = Arc::new(owners);
        lock(&self.by_owner).insert(Arc::clone(type_name), Arc::clone(&owners));
        owners
    }

    /// The name of a subject as the files of this side spell it: a header by its own name, else the first file that
    /// names it.
    pub(in crate::gate) fn spelling(&self, kind: SubjectKind, name: &Name) -> Option<String> {
        let files = self.subject_files(kind, name);
        let own = files.iter().find(|file| {
            let join = self.registry.get(&file.type_name).map(|spec| &spec.join);
            join == Some(&Join::Name)
        });
        let (_, spelling) = subject_of(own.or(files.first())?, self.registry)?;
        Some(spelling)
    }

    /// The names of all subjects of a kind.
    pub(in crate::gate) fn subject_names(&self, kind: SubjectKind) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        for spec in self.registry.types().filter(|spec| spec.subject == Some(kind)) {
            names.extend(
                self.own(&spec.name)
                    .iter()
                    .filter_map(|component| self.subject_name(component))
                    .map(|(_, name)| name),
            );
        }
        names.sort();
        names.dedup();
        names
    }

    /// The subject a component belongs to. Some files name their app by its label; then the header with that label
    /// gives the name.
    pub(in crate::gate) fn subject_name(&self, component: &Component) -> Option<App> {
        let (kind, name) = subject_of(component, self.registry)?;
        let name = Name::of(&name);
        if kind != SubjectKind::ExternalClientApp || &*component.type_name == HEADER || !self.of_name(HEADER, &name).is_empty() {
            return Some((kind, name));
        }
        // What base knew by this name, no app of another name takes over.
        if self.before.is_some_and(|before| before.knows(kind, &name)) {
            return Some((kind, name));
        }
        let labelled = self.labels().get(&name).cloned().flatten();
        Some((kind, labelled.unwrap_or(name)))
    }

    /// Whether some file belongs to a subject of this name.
    fn knows(&self, kind: SubjectKind, name: &Name) -> bool {
        let of = |component: &Arc<Component>| self.subject_name(component) == Some((kind, name.clone()));
        self.subject_files(kind, name).iter().any(of)
    }

    fn label(&self, component: &Component) -> Option<Name> {
        let element = self.registry.get(&component.type_name)?.label.as_deref()?;
        let label = component.root.children_named(element).find(|label| !label.text.is_empty())?;
        Some(Name::of(&label.text))
    }

    /// The components of a type that other files name by this label. That needs every file of the type to be read, so it
    /// is asked for only where no file has the name.
    pub(super) fn of_label(&self, type_name: &str, label: &Name) -> Vec<Arc<Component>> {
        let Some(spec) = self.registry.get(type_name) else {
            return Vec::new();
        };
        if spec.label.is_some() {
            let found = self.by_owner(&spec.name).get(label).cloned().unwrap_or_default();
            if !found.is_empty() {
                return found;
            }
        }
        let shipped = spec.labels.iter().find(|(known, _)| Name::of(known) == *label);
        shipped.map_or_else(Vec::new, |(_, name)| self.of_name(type_name, &Name::of(name)))
    }

    fn labels(&self) -> &BTreeMap<Name, Option<Name>> {
        if let Some(known) = self.labels.get() {
            return known;
        }
        let mut labels: BTreeMap<Name, Option<Name>> = BTreeMap::new();
        for header in self.components(HEADER) {
            let own: BTreeSet<Name> = header.root.children_named("label").map(|label| Name::of(&label.text)).collect();
            for label in own {
                labels
                    .entry(label)
                    .and_modify(|name| *name = None)
                    .or_insert_with(|| Some(Name::of(&header.name)));
            }
        }
        // Not before all is read, as with the listing.
        self.labels.get_or_init(|| labels)
    }
}
