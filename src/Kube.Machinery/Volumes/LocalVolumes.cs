namespace Kube.Machinery.Volumes;

/// <summary>The words by which the provisioner of node-local volumes and the nodes understand each other.</summary>
public static class LocalVolumes
{
    /// <summary>The name of the provisioner, in storage classes and in the volumes it made.</summary>
    public const string Provisioner = "local.storage/directory";

    /// <summary>The storage class that the control plane makes.</summary>
    public const string StorageClass = "local";

    /// <summary>Annotation of a Node: the directory under which its volumes lie. A node without it has none.</summary>
    public const string DirectoryAnnotation = "local.storage/directory";

    /// <summary>Annotation of a PersistentVolume: who made it, and will delete it (https://kubernetes.io/docs/reference/labels-annotations-taints/).</summary>
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    /// <summary>What every provisioned volume's name, and its directory's, begins with.</summary>
    public const string Prefix = "pvc-";
}
