using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>Everything the server knows of one kind: its names, its schema, and its strategy (defaults, preparation, validation, columns).</summary>
internal abstract class ResourceKind
{
    private static readonly string[] MetadataFields = ["metadata.name", "metadata.namespace"];

    protected ResourceKind(string group, string version, string kind, string plural, Type model)
    {
        Gvk = new GroupVersionKind(group, version, kind);
        Plural = plural;
        Model = model;
        StorageResource = group.Length == 0 ? plural : $"{plural}.{group}";
    }

    public GroupVersionKind Gvk { get; }

    public string Plural { get; }

    public Type Model { get; }

    public SchemaType Schema => ModelSchemas.For(Model);

    /// <summary>The resource part of <see cref="Storage.ObjectKey"/>.</summary>
    public string StorageResource { get; }

    public GroupResource Resource => new(Gvk.Group, Plural);

    /// <summary>Kind of a list of these.</summary>
    public string ListKind => Gvk.Kind + "List";

    public string Singular => Gvk.Kind.ToLowerInvariant();

    public virtual IReadOnlyList<string> ShortNames => [];

    public virtual IReadOnlyList<string> Categories => [];

    public virtual bool Namespaced => true;

    /// <summary>Has a <c>status</c> that only the status subresource may write.</summary>
    public virtual bool HasStatus => false;

    /// <summary>A create may bring its status along: nodes register with it.</summary>
    public virtual bool CreatesWithStatus => false;

    /// <summary>Has a <c>scale</c> subresource over <c>spec.replicas</c>.</summary>
    public virtual bool HasScale => false;

    /// <summary>Counts changes of the spec in <c>metadata.generation</c>.</summary>
    public virtual bool HasGeneration => HasStatus;

    /// <summary>Subresources with handlers of their own, beside status and scale.</summary>
    public virtual IReadOnlyList<Subresource> Subresources => [];

    public virtual IReadOnlyList<TableColumn> Columns => [Registry.Columns.Name, Registry.Columns.Age];

    /// <summary>Fields that a field selector may name, beside metadata.name and metadata.namespace.</summary>
    public virtual IReadOnlyList<string> SelectableFields => [];

    public bool IsSelectable(string field) => MetadataFields.Contains(field) || SelectableFields.Contains(field);

    /// <summary>The value of a selectable field, for fields that are no plain path.</summary>
    public virtual string? FieldValue(ReadOnlyMemory<byte> json, string field) => null;

    /// <summary>Fills in defaults; called on everything a client sends and on every patch result.</summary>
    public virtual void Default(JsonObject document)
    {
    }

    /// <summary>Fixes what the server owns in a new object.</summary>
    public virtual void PrepareForCreate(JsonObject document)
    {
    }

    /// <summary>Carries over what the client may not change.</summary>
    public virtual void PrepareForUpdate(JsonObject document, JsonObject old)
    {
    }

    public virtual void Validate(JsonObject document, FieldErrors errors)
    {
    }

    public virtual void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
    }

    public virtual string? ValidateName(string name) => NameRules.Subdomain(name);

    /// <summary>Seconds an object stays after its deletion was asked for; 0 removes it at once.</summary>
    public virtual long GraceSeconds(JsonObject document, long? asked) => 0;

    /// <summary>The finalizers an object has beside <c>metadata.finalizers</c>, which also keep it from going.</summary>
    public virtual bool HoldsBack(JsonObject document) => false;

    /// <summary>Changes an object when its deletion begins.</summary>
    public virtual void BeginDeletion(JsonObject document)
    {
    }
}
