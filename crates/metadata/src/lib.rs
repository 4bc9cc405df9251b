//! Strict reader of Salesforce metadata files and the registry of metadata types.
