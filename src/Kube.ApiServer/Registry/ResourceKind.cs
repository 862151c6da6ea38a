using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Schema;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>Everything the server knows of one kind: its names, its schema, and its strategy (defaults, preparation, validation, columns).</summary>
internal abstract class ResourceKind
{
    private static readonly string[] MetadataFields = ["metadata.name", "metadata.namespace"];
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    protected ResourceKind(string group, string version, string kind, string plural, Type? model, string? storageResource = null)
    {
        Gvk = new GroupVersionKind(group, version, kind);
        Plural = plural;
        Model = model;
        StorageResource = storageResource ?? (group.Length == 0 ? plural : $"{plural}.{group}");
    }

    public GroupVersionKind Gvk { get; }

    public string Plural { get; }

    /// <summary>The model a built-in kind is described by; null for a custom one.</summary>
    public Type? Model { get; }

    public virtual SchemaType Schema => ModelSchemas.For(Model!);

    /// <summary>The resource part of <see cref="Storage.ObjectKey"/>. Versions of one kind share it.</summary>
    public string StorageResource { get; }

    public GroupResource Resource => new(Gvk.Group, Plural);

    /// <summary>Kind of a list of these.</summary>
    public virtual string ListKind => Gvk.Kind + "List";

    public virtual string Singular => Gvk.Kind.ToLowerInvariant();

    public virtual IReadOnlyList<string> ShortNames => [];

    public virtual IReadOnlyList<string> Categories => [];

    public virtual bool Namespaced => true;

    /// <summary>The verbs the kind takes.</summary>
    public virtual IReadOnlyCollection<string> Verbs => AllVerbs;

    /// <summary>Has a <c>status</c> that only the status subresource may write.</summary>
    public virtual bool HasStatus => false;

    /// <summary>A create may bring its status along: nodes register with it.</summary>
    public virtual bool CreatesWithStatus => false;

    /// <summary>Has a <c>scale</c> subresource over the fields of <see cref="ScalePaths"/>.</summary>
    public virtual bool HasScale => false;

    public virtual ScalePaths ScalePaths => ScalePaths.Workload;

    /// <summary>A change that counts in <c>metadata.generation</c>.</summary>
    public virtual bool IsNewGeneration(JsonObject document, JsonObject old) => !JsonNode.DeepEquals(old["spec"], document["spec"]);

    /// <summary>Counts changes of the spec in <c>metadata.generation</c>.</summary>
    public virtual bool HasGeneration => HasStatus;

    /// <summary>Subresources with handlers of their own, beside status and scale.</summary>
    public virtual IReadOnlyList<Subresource> Subresources => [];

    public virtual IReadOnlyList<TableColumn> Columns => [Registry.Columns.Name, Registry.Columns.Age];

    /// <summary>Strategic merge needs to know the lists' merge keys, which only built-in kinds have.</summary>
    public bool TakesStrategicMerge => Model is not null;

    /// <summary>Objects are kept in another version than this one, or may be.</summary>
    public virtual bool Converts => false;

    /// <summary>The form in which an object of this version is kept. May change and return its argument.</summary>
    public virtual JsonObject ToStorage(JsonObject document) => document;

    /// <summary>This version's form of a kept object. May change and return its argument.</summary>
    public virtual JsonObject FromStorage(JsonObject document) => document;

    /// <summary>What clients of this version are shown of a kept object; bytes that are in this version already come back as they are.</summary>
    public virtual ReadOnlyMemory<byte> Present(ReadOnlyMemory<byte> json) =>
        !Converts || FieldReader.Text(json, "apiVersion") == Gvk.ApiVersion ? json : JsonText.ToUtf8(FromStorage(DocumentReader.Read(json.Span)));

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

    /// <summary>Checks what was written through the status subresource.</summary>
    public virtual void ValidateStatus(JsonObject document, JsonObject old, FieldErrors errors)
    {
    }

    /// <summary>The checks that follow from the schema alone.</summary>
    public virtual void ValidateStructure(JsonObject document, FieldErrors errors) => StructuralRules.Check(document, Schema, errors);

    /// <summary>What only a new object may not have.</summary>
    public virtual void ValidateCreate(JsonObject document, FieldErrors errors)
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
