using System.Collections.Frozen;

namespace Kube.Machinery.Schema;

/// <summary>
/// What the models do not say of single fields: which must be there and which values a text may have, from the API reference of Kubernetes 1.32.
/// The OpenAPI documents show these rules and the server enforces the same ones.
/// </summary>
internal static class FieldRules
{
    // Structure, then its fields: name! must be there and not be empty; name* is called required by the API's documents, but zero is a value; {A,B} lists the values.
    private static readonly FrozenDictionary<string, FieldRule> Rules = Parse(
        """
        AWSElasticBlockStoreVolumeSource volumeID!
        AppArmorProfile type!{Localhost,RuntimeDefault,Unconfined}
        AttachedVolume devicePath* name*
        AzureDiskVolumeSource diskName! diskURI!
        AzureFilePersistentVolumeSource secretName! shareName!
        AzureFileVolumeSource secretName! shareName!
        Binding target!
        CSIDriver spec*
        CSIDriverSpec fsGroupPolicy{File,None,ReadWriteOnceWithFSType}
        CSINode spec*
        CSINodeDriver name! nodeID!
        CSINodeSpec drivers*
        CSIPersistentVolumeSource driver! volumeHandle!
        CSIStorageCapacity storageClassName!
        CSIVolumeSource driver!
        CephFSPersistentVolumeSource monitors!
        CephFSVolumeSource monitors!
        CertificateSigningRequest spec*
        CertificateSigningRequestCondition status* type*
        CertificateSigningRequestSpec request! signerName!
        CinderPersistentVolumeSource volumeID!
        CinderVolumeSource volumeID!
        ClusterRoleBinding roleRef!
        ClusterTrustBundleProjection path!
        Condition lastTransitionTime* message* reason* status* type*
        ConfigMapKeySelector key!
        ConfigMapNodeConfigSource kubeletConfigKey! name! namespace!
        Container imagePullPolicy{Always,IfNotPresent,Never} name! restartPolicy{Always} terminationMessagePolicy{FallbackToLogsOnError,File}
        ContainerExtendedResourceRequest containerName! requestName! resourceName!
        ContainerPort containerPort! protocol{SCTP,TCP,UDP}
        ContainerResizePolicy resourceName! restartPolicy!{NotRequired,RestartContainer}
        ContainerResourceMetricSource container! name! target!
        ContainerResourceMetricStatus container* current* name*
        ContainerRestartRule action!
        ContainerRestartRuleOnExitCodes operator!
        ContainerStateTerminated exitCode*
        ContainerStatus image* imageID* name* ready* restartCount*
        ControllerRevision revision*
        CronJobSpec concurrencyPolicy{Allow,Forbid,Replace} jobTemplate! schedule!
        CrossVersionObjectReference kind! name!
        CustomResourceColumnDefinition jsonPath! name! type!
        CustomResourceConversion strategy!{None,Webhook}
        CustomResourceDefinition spec*
        CustomResourceDefinitionCondition status* type*
        CustomResourceDefinitionNames kind! plural!
        CustomResourceDefinitionSpec group! names! scope!{Cluster,Namespaced} versions!
        CustomResourceDefinitionVersion name! served* storage*
        CustomResourceSubresourceScale specReplicasPath! statusReplicasPath!
        DaemonEndpoint Port*
        DaemonSetCondition status* type*
        DaemonSetSpec selector! template!
        DaemonSetStatus currentNumberScheduled* desiredNumberScheduled* numberMisscheduled* numberReady*
        DaemonSetUpdateStrategy type{OnDelete,RollingUpdate}
        DeploymentCondition status* type*
        DeploymentSpec selector! template!
        DeploymentStrategy type{Recreate,RollingUpdate}
        DownwardAPIVolumeFile path!
        Endpoint addresses!
        EndpointAddress ip!
        EndpointPort port! protocol{SCTP,TCP,UDP}
        EndpointSlice addressType!{FQDN,IPv4,IPv6} endpoints*
        EnvVar name!
        EphemeralContainer imagePullPolicy{Always,IfNotPresent,Never} name! terminationMessagePolicy{FallbackToLogsOnError,File}
        Event eventTime* involvedObject* metadata*
        EventSeries count* lastObservedTime*
        ExternalMetricSource metric! target!
        ExternalMetricStatus current* metric*
        FileKeySelector key! path! volumeName!
        FlexPersistentVolumeSource driver!
        FlexVolumeSource driver!
        FlowDistinguisherMethod type!{ByNamespace,ByUser}
        FlowSchemaSpec priorityLevelConfiguration!
        ForNode name!
        ForZone name!
        GCEPersistentDiskVolumeSource pdName!
        GRPCAction port*
        GitRepoVolumeSource repository!
        GlusterfsPersistentVolumeSource endpoints! path!
        GlusterfsVolumeSource endpoints! path!
        GroupSubject name!
        HPAScalingPolicy periodSeconds* type*{Percent,Pods} value*
        HPAScalingRules selectPolicy{Disabled,Max,Min}
        HTTPGetAction port! scheme{HTTP,HTTPS}
        HTTPHeader name! value!
        HTTPIngressPath backend! pathType!{Exact,ImplementationSpecific,Prefix}
        HTTPIngressRuleValue paths!
        HorizontalPodAutoscalerCondition status* type*
        HorizontalPodAutoscalerSpec maxReplicas* scaleTargetRef!
        HorizontalPodAutoscalerStatus currentReplicas* desiredReplicas*
        HostAlias ip!
        HostIP ip*
        HostPathVolumeSource path! type{BlockDevice,CharDevice,Directory,DirectoryOrCreate,File,FileOrCreate,Socket}
        IPBlock cidr!
        ISCSIPersistentVolumeSource iqn! lun* targetPortal!
        ISCSIVolumeSource iqn! lun* targetPortal!
        IngressClassParametersReference kind! name!
        IngressPortStatus port* protocol*
        IngressServiceBackend name!
        JobCondition status* type*
        JobSpec completionMode{Indexed,NonIndexed} podReplacementPolicy{Failed,TerminatingOrFailed} template!
        KeyToPath key! path!
        LabelSelectorRequirement key* operator*{DoesNotExist,Exists,In,NotIn}
        LimitRangeItem type!
        LimitRangeSpec limits*
        LimitResponse type!{Queue,Reject}
        LinuxContainerUser gid* uid*
        LocalVolumeSource path!
        MetricIdentifier name!
        MetricSpec type!{ContainerResource,External,Object,Pods,Resource}
        MetricStatus type*
        MetricTarget type!{AverageValue,Utilization,Value}
        ModifyVolumeStatus status*
        NFSVolumeSource path! server!
        NamespaceCondition status* type*
        NetworkPolicyPort protocol{SCTP,TCP,UDP}
        NodeAddress address! type!
        NodeCondition status* type*
        NodeSelector nodeSelectorTerms!
        NodeSelectorRequirement key* operator*{DoesNotExist,Exists,Gt,In,Lt,NotIn}
        NodeSystemInfo architecture* bootID* containerRuntimeVersion* kernelVersion* kubeProxyVersion* kubeletVersion* machineID* operatingSystem* osImage* systemUUID*
        NonResourcePolicyRule nonResourceURLs! verbs!
        ObjectFieldSelector fieldPath!
        ObjectMetricSource describedObject! metric! target!
        ObjectMetricStatus current* describedObject* metric*
        OwnerReference apiVersion* kind* name* uid*
        PersistentVolumeClaimCondition status* type*
        PersistentVolumeClaimSpec volumeMode{Block,Filesystem}
        PersistentVolumeClaimTemplate spec*
        PersistentVolumeClaimVolumeSource claimName!
        PersistentVolumeSpec persistentVolumeReclaimPolicy{Delete,Recycle,Retain} volumeMode{Block,Filesystem}
        PhotonPersistentDiskVolumeSource pdID!
        PodAffinityTerm topologyKey!
        PodCertificateProjection keyType! signerName!
        PodCondition status* type*
        PodDisruptionBudgetSpec unhealthyPodEvictionPolicy{AlwaysAllow,IfHealthyBudget}
        PodDisruptionBudgetStatus currentHealthy* desiredHealthy* disruptionsAllowed* expectedPods*
        PodExtendedResourceClaimStatus requestMappings* resourceClaimName*
        PodFailurePolicy rules!
        PodFailurePolicyOnExitCodesRequirement operator!{In,NotIn} values*
        PodFailurePolicyOnPodConditionsPattern status* type!
        PodFailurePolicyRule action!{Count,FailIndex,FailJob,Ignore}
        PodIP ip*
        PodOS name!{linux,windows}
        PodReadinessGate conditionType!
        PodResourceClaim name!
        PodResourceClaimStatus name*
        PodSchedulingGate name!
        PodSecurityContext fsGroupChangePolicy{Always,OnRootMismatch} supplementalGroupsPolicy{Merge,Strict}
        PodSpec containers! dnsPolicy{ClusterFirstWithHostNet,ClusterFirst,Default,None} preemptionPolicy{Never,PreemptLowerPriority} restartPolicy{Always,OnFailure,Never}
        PodsMetricSource metric! target!
        PodsMetricStatus current* metric*
        PolicyRule verbs!
        PolicyRulesWithSubjects subjects!
        PortStatus port* protocol*
        PortworxVolumeSource volumeID!
        PreferredSchedulingTerm preference! weight*
        PriorityClass preemptionPolicy{Never,PreemptLowerPriority} value*
        PriorityLevelConfigurationReference name!
        PriorityLevelConfigurationSpec type*{Exempt,Limited}
        QuobyteVolumeSource registry! volume!
        RBDPersistentVolumeSource image! monitors!
        RBDVolumeSource image! monitors!
        ReplicaSetCondition status* type*
        ReplicaSetSpec selector!
        ReplicaSetStatus replicas*
        ReplicationControllerCondition status* type*
        ReplicationControllerStatus replicas*
        ResourceClaim name!
        ResourceFieldSelector resource!
        ResourceHealth resourceID*
        ResourceMetricSource name! target!
        ResourceMetricStatus current* name*
        ResourcePolicyRule apiGroups! resources! verbs!
        ResourceStatus name*
        RoleBinding roleRef!
        RoleRef apiGroup! kind! name!
        RuntimeClass handler!
        ScaleIOPersistentVolumeSource gateway! secretRef! system!
        ScaleIOVolumeSource gateway! secretRef! system!
        ScopedResourceSelectorRequirement operator!{DoesNotExist,Exists,In,NotIn} scopeName!{BestEffort,CrossNamespacePodAffinity,NotBestEffort,NotTerminating,PriorityClass,Terminating}
        SeccompProfile type!{Localhost,RuntimeDefault,Unconfined}
        SecretKeySelector key!
        SecurityContext procMount{Default,Unmasked}
        SelectableField jsonPath!
        ServiceAccountSubject name! namespace!
        ServiceAccountTokenProjection path!
        ServicePort port* protocol{SCTP,TCP,UDP}
        ServiceReference name! namespace!
        ServiceSpec externalTrafficPolicy{Cluster,Local} internalTrafficPolicy{Cluster,Local} ipFamilyPolicy{PreferDualStack,RequireDualStack,SingleStack} sessionAffinity{ClientIP,None} trafficDistribution{PreferClose} type{ClusterIP,ExternalName,LoadBalancer,NodePort}
        SleepAction seconds*
        StatefulSetCondition status* type*
        StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted{Delete,Retain} whenScaled{Delete,Retain}
        StatefulSetSpec podManagementPolicy{OrderedReady,Parallel} selector! template!
        StatefulSetStatus replicas*
        StatefulSetUpdateStrategy type{OnDelete,RollingUpdate}
        StorageClass provisioner! reclaimPolicy{Delete,Recycle,Retain} volumeBindingMode{Immediate,WaitForFirstConsumer}
        Subject kind! name!
        SuccessPolicy rules!
        Sysctl name! value!
        TCPSocketAction port!
        Taint effect!{NoExecute,NoSchedule,PreferNoSchedule} key!
        TokenRequest audience*
        Toleration effect{NoExecute,NoSchedule,PreferNoSchedule} operator{Equal,Exists}
        TopologySelectorLabelRequirement key! values!
        TopologySpreadConstraint maxSkew* nodeAffinityPolicy{Honor,Ignore} nodeTaintsPolicy{Honor,Ignore} topologyKey! whenUnsatisfiable!{DoNotSchedule,ScheduleAnyway}
        TypedLocalObjectReference kind! name!
        TypedObjectReference kind! name!
        UserSubject name!
        ValidationRule rule!
        Volume name!
        VolumeAttachment spec*
        VolumeAttachmentSpec attacher! nodeName! source*
        VolumeAttachmentStatus attached*
        VolumeDevice devicePath! name!
        VolumeMount mountPath! mountPropagation{Bidirectional,HostToContainer,None} name! recursiveReadOnly{Disabled,Enabled,IfPossible}
        VolumeMountStatus mountPath* name*
        VsphereVirtualDiskVolumeSource volumePath!
        WebhookConversion conversionReviewVersions!
        WeightedPodAffinityTerm podAffinityTerm! weight*
        """);

    public static FieldRule For(string structure, string field) => Rules.GetValueOrDefault(structure + "." + field, FieldRule.None);

    private static FrozenDictionary<string, FieldRule> Parse(string table)
    {
        var rules = new Dictionary<string, FieldRule>(StringComparer.Ordinal);
        foreach (var line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            foreach (var word in words.Skip(1))
            {
                var end = word.AsSpan().IndexOfAny("!*{");
                var open = word.IndexOf('{', StringComparison.Ordinal);
                var rule = new FieldRule
                {
                    Required = word[end] is '!' or '*',
                    Enforced = word[end] == '!',
                    Values = open < 0 ? [] : word[(open + 1)..^1].Split(','),
                };
                rules.Add($"{words[0]}.{word[..end]}", rule);
            }
        }

        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
