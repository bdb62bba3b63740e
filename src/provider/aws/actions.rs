//! Every call that the provider can make, by the name of its permission.

macro_rules! actions {
    ($($name:ident = $iam:literal,)*) => {
        /// A call that the provider can make. Nothing is called but through one of these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(
                #[doc = $iam]
                $name,
            )*
        }

        impl Action {
            /// Every call.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The permission that it needs.
            pub fn iam(self) -> &'static str {
                match self {
                    $(Self::$name => $iam,)*
                }
            }
        }
    };
}

actions! {
    AddTagsToResource = "elasticache:AddTagsToResource",
    CreateCacheParameterGroup = "elasticache:CreateCacheParameterGroup",
    CreateCacheSubnetGroup = "elasticache:CreateCacheSubnetGroup",
    CreateReplicationGroup = "elasticache:CreateReplicationGroup",
    CreateServerlessCache = "elasticache:CreateServerlessCache",
    CreateUser = "elasticache:CreateUser",
    CreateUserGroup = "elasticache:CreateUserGroup",
    DecreaseReplicaCount = "elasticache:DecreaseReplicaCount",
    DeleteCacheParameterGroup = "elasticache:DeleteCacheParameterGroup",
    DeleteCacheSubnetGroup = "elasticache:DeleteCacheSubnetGroup",
    DeleteReplicationGroup = "elasticache:DeleteReplicationGroup",
    DeleteServerlessCache = "elasticache:DeleteServerlessCache",
    DeleteUser = "elasticache:DeleteUser",
    DeleteUserGroup = "elasticache:DeleteUserGroup",
    DescribeCacheClusters = "elasticache:DescribeCacheClusters",
    DescribeCacheParameterGroups = "elasticache:DescribeCacheParameterGroups",
    DescribeCacheParameters = "elasticache:DescribeCacheParameters",
    DescribeCacheSubnetGroups = "elasticache:DescribeCacheSubnetGroups",
    DescribeReplicationGroups = "elasticache:DescribeReplicationGroups",
    DescribeServerlessCacheSnapshots = "elasticache:DescribeServerlessCacheSnapshots",
    DescribeSnapshots = "elasticache:DescribeSnapshots",
    DescribeServerlessCaches = "elasticache:DescribeServerlessCaches",
    DescribeUpdateActions = "elasticache:DescribeUpdateActions",
    DescribeUserGroups = "elasticache:DescribeUserGroups",
    DescribeUsers = "elasticache:DescribeUsers",
    IncreaseReplicaCount = "elasticache:IncreaseReplicaCount",
    ListAllowedNodeTypeModifications = "elasticache:ListAllowedNodeTypeModifications",
    ListTagsForResource = "elasticache:ListTagsForResource",
    ModifyCacheParameterGroup = "elasticache:ModifyCacheParameterGroup",
    ModifyCacheSubnetGroup = "elasticache:ModifyCacheSubnetGroup",
    ModifyReplicationGroup = "elasticache:ModifyReplicationGroup",
    ModifyReplicationGroupShardConfiguration = "elasticache:ModifyReplicationGroupShardConfiguration",
    ModifyServerlessCache = "elasticache:ModifyServerlessCache",
    ModifyUser = "elasticache:ModifyUser",
    ModifyUserGroup = "elasticache:ModifyUserGroup",
    RemoveTagsFromResource = "elasticache:RemoveTagsFromResource",
    AuthorizeSecurityGroupIngress = "ec2:AuthorizeSecurityGroupIngress",
    CreateSecurityGroup = "ec2:CreateSecurityGroup",
    CreateTags = "ec2:CreateTags",
    DeleteSecurityGroup = "ec2:DeleteSecurityGroup",
    DeleteTags = "ec2:DeleteTags",
    DescribeNetworkAcls = "ec2:DescribeNetworkAcls",
    DescribeNetworkInterfaces = "ec2:DescribeNetworkInterfaces",
    DescribeRouteTables = "ec2:DescribeRouteTables",
    DescribeSecurityGroupRules = "ec2:DescribeSecurityGroupRules",
    DescribeSecurityGroups = "ec2:DescribeSecurityGroups",
    DescribeSubnets = "ec2:DescribeSubnets",
    RevokeSecurityGroupIngress = "ec2:RevokeSecurityGroupIngress",
    GetCapacityProvider = "lambda:GetCapacityProvider",
    GetFunctionConcurrency = "lambda:GetFunctionConcurrency",
    GetFunctionConfiguration = "lambda:GetFunctionConfiguration",
    CreateSecret = "secretsmanager:CreateSecret",
    DeleteSecret = "secretsmanager:DeleteSecret",
    DescribeSecret = "secretsmanager:DescribeSecret",
    GetSecretValue = "secretsmanager:GetSecretValue",
    ListSecrets = "secretsmanager:ListSecrets",
    RestoreSecret = "secretsmanager:RestoreSecret",
    TagSecret = "secretsmanager:TagResource",
    UntagSecret = "secretsmanager:UntagResource",
    DeleteAlarms = "cloudwatch:DeleteAlarms",
    DescribeAlarms = "cloudwatch:DescribeAlarms",
    GetMetricData = "cloudwatch:GetMetricData",
    ListTagsOfAlarm = "cloudwatch:ListTagsForResource",
    TagAlarm = "cloudwatch:TagResource",
    UntagAlarm = "cloudwatch:UntagResource",
    PutMetricAlarm = "cloudwatch:PutMetricAlarm",
    CreateLogGroup = "logs:CreateLogGroup",
    DeleteLogGroup = "logs:DeleteLogGroup",
    DescribeLogGroups = "logs:DescribeLogGroups",
    ListTagsOfLogGroup = "logs:ListTagsForResource",
    TagLogGroup = "logs:TagResource",
    UntagLogGroup = "logs:UntagResource",
    PutRetentionPolicy = "logs:PutRetentionPolicy",
    ListServiceQuotas = "servicequotas:ListServiceQuotas",
    DeleteScheduledAction = "application-autoscaling:DeleteScheduledAction",
    DeleteScalingPolicy = "application-autoscaling:DeleteScalingPolicy",
    DeregisterScalableTarget = "application-autoscaling:DeregisterScalableTarget",
    DescribeScalableTargets = "application-autoscaling:DescribeScalableTargets",
    DescribeScalingPolicies = "application-autoscaling:DescribeScalingPolicies",
    DescribeScheduledActions = "application-autoscaling:DescribeScheduledActions",
    PutScalingPolicy = "application-autoscaling:PutScalingPolicy",
    PutScheduledAction = "application-autoscaling:PutScheduledAction",
    RegisterScalableTarget = "application-autoscaling:RegisterScalableTarget",
    GetCallerIdentity = "sts:GetCallerIdentity",
    SimulatePrincipalPolicy = "iam:SimulatePrincipalPolicy",
    CreateWorkloadEstimate = "bcm-pricing-calculator:CreateWorkloadEstimate",
    CreateWorkloadEstimateUsage = "bcm-pricing-calculator:CreateWorkloadEstimateUsage",
    DeleteWorkloadEstimate = "bcm-pricing-calculator:DeleteWorkloadEstimate",
    GetWorkloadEstimate = "bcm-pricing-calculator:GetWorkloadEstimate",
    ListWorkloadEstimateUsage = "bcm-pricing-calculator:ListWorkloadEstimateUsage",
}
